"""Reading a list of allocations: CSV of stratum, sequence and arm or code; every bad row is named."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from edc.exchange.faults import FileFault

ARM, CODE = "arm", "code"
HEADS = (("stratum", "sequence", ARM), ("stratum", "sequence", CODE))
MOST_BYTES, MOST_ROWS = 2 * 2**20, 20_000
LONGEST = {"stratum": 60, "value": 40}
WHOLE = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True)
class ListRow:
    """One place of a stratum; `value` is the arm or the code."""

    stratum: str
    sequence: int
    value: str


@dataclass(frozen=True)
class RowFault:
    """What is wrong with a line of the file, counted from 1 with the heading."""

    line: int
    zh: str
    en: str


def read_list(content: bytes) -> tuple[bool, list[ListRow], list[RowFault]]:
    """Return whether the list is blinded, its rows, and the faults of the others.

    Raises FileFault where the file as a whole is none: too large, no text in UTF-8, another heading, empty.
    """
    lines = csv.reader(StringIO(_text(content), newline=""), strict=True)
    try:
        head = tuple(cell.strip().lower() for cell in next(lines, []))
        if head not in HEADS:
            raise FileFault(
                "首行须为 stratum,sequence,arm；盲法研究为 stratum,sequence,code。",
                "The first line must be stratum,sequence,arm; of a blinded study stratum,sequence,code.",
            )
        blinded = head[2] == CODE
        read = list(_rows(lines, _Seen(blinded)))
    except csv.Error:
        raise FileFault("文件不是完好的 CSV。", "The file is no sound CSV.") from None
    rows = [each for each in read if isinstance(each, ListRow)]
    faults = [each for each in read if isinstance(each, RowFault)]
    if not read or len(read) > MOST_ROWS:
        raise FileFault(f"须有 1 至 {MOST_ROWS} 行。", f"The file must hold 1 to {MOST_ROWS} rows.")
    return blinded, rows, faults


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise FileFault("文件不得超过 2 MB。", "The file must not be over 2 MB.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileFault("将文件存为 UTF-8 编码的 CSV。", "Save the file as CSV in UTF-8.") from None


class _Seen:
    """The places and codes that came before; a code that comes twice would tell who has the same arm."""

    def __init__(self, blinded: bool) -> None:
        self.blinded = blinded
        self.places: set[tuple[str, int]] = set()
        self.codes: set[str] = set()

    def fault(self, row: ListRow) -> tuple[str, str] | None:
        place = (row.stratum, row.sequence)
        if place in self.places:
            return "该层中此序号重复。", "This sequence number is in the stratum already."
        if self.blinded and row.value in self.codes:
            return (
                "编码重复：盲法名单中每个编码只能出现一次。",
                "This code is there already: in a blinded list each is there once.",
            )
        self.places.add(place)
        self.codes.add(row.value)
        return None


def _rows(lines: Iterator[list[str]], seen: _Seen) -> Iterator[ListRow | RowFault]:
    for number, cells in enumerate(lines, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        row, told = _row([cell.strip() for cell in cells])
        told = told or (seen.fault(row) if row else None)
        if told:
            yield RowFault(number, *told)
        elif row:
            yield row


def _row(cells: list[str]) -> tuple[ListRow | None, tuple[str, str] | None]:
    if len(cells) != 3:
        return None, ("须有三列。", "The row must have three cells.")
    stratum, sequence, value = cells
    if not stratum or len(stratum) > LONGEST["stratum"]:
        return None, ("层名须为 1 至 60 个字符。", "The stratum must have 1 to 60 characters.")
    if not WHOLE.fullmatch(sequence):
        return None, ("序号须为从 1 起的整数。", "The sequence must be a whole number from 1.")
    if not value or len(value) > LONGEST["value"]:
        return None, ("组别或编码须为 1 至 40 个字符。", "The arm or code must have 1 to 40 characters.")
    return ListRow(stratum, int(sequence), value), None
