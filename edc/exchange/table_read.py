"""Tables from CSV and Excel files, every cell as the text that a person would have typed."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl

from edc.exchange.faults import FileFault
from edc.exchange.safe_files import check_size, check_zip

MAX_COLUMNS = 2000
MAX_LINES = 1_000_000
_ENCODINGS = ("utf-8-sig", "gb18030")
_DELIMITERS = ",\t;|"


@dataclass(frozen=True)
class Line:
    """One line of a table: its number in the file (the heading is line 1) and its cells by heading."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    """A table whose lines can be read any number of times."""

    path: Path
    kind: str
    headings: tuple[str, ...]
    delimiter: str = ","
    encoding: str = "utf-8-sig"

    def lines(self) -> Iterator[Line]:
        """Yield the lines under the heading; a line without any value is left out."""
        for number, row in _rows(self):
            if number == 1:
                continue
            if number > MAX_LINES:
                raise FileFault(
                    f"超过 {MAX_LINES} 行，分成几个文件",
                    f"More than {MAX_LINES} lines: split the file.",
                    f"line {number}",
                )
            cells = {name: text for name, text in zip(self.headings, row, strict=False) if name}
            if any(cells.values()):
                yield Line(number, cells)


def open_table(path: Path, kind: str) -> Table:
    """Return the table of a ``csv`` or ``xlsx`` file, the first sheet of a workbook; raise FileFault.

    The first line holds the headings; each must be there once. CSV may be UTF-8 or GB 18030, its cells
    separated by comma, tab, semicolon or bar.
    """
    check_size(path)
    if kind == "xlsx":
        check_zip(path)
        table = Table(path, kind, ())
    else:
        table = _csv(path)
    first = next(_rows(table), None)
    headings = tuple(text.strip() for text in first[1]) if first else ()
    _check(headings)
    return Table(table.path, table.kind, headings, table.delimiter, table.encoding)


def _check(headings: tuple[str, ...]) -> None:
    named = [name for name in headings if name]
    if not named:
        raise FileFault(
            "第一行没有列名", "The first line holds no headings: write one above each column.", "line 1"
        )
    if len(named) > MAX_COLUMNS:
        raise FileFault(
            f"超过 {MAX_COLUMNS} 列", f"More than {MAX_COLUMNS} columns: split the file.", "line 1"
        )
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        shown = ", ".join(twice[:5])
        raise FileFault(f"列名重复：{shown}，改名", f"Headings stand twice: {shown}. Rename them.", "line 1")


def _csv(path: Path) -> Table:
    data = path.read_bytes()
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        heading = text.partition("\n")[0]
        counts = {each: heading.count(each) for each in _DELIMITERS}
        delimiter = max(counts, key=lambda each: counts[each]) if any(counts.values()) else ","
        return Table(path, "csv", (), delimiter, encoding)
    raise FileFault(
        "不是文本文件，另存为 CSV（UTF-8）后再上传",
        "Not a text file: save it as CSV (UTF-8) and upload that.",
    )


def _rows(table: Table) -> Iterator[tuple[int, list[str]]]:
    return _excel_rows(table.path) if table.kind == "xlsx" else _csv_rows(table)


def _csv_rows(table: Table) -> Iterator[tuple[int, list[str]]]:
    with table.path.open(encoding=table.encoding, newline="") as file:
        reader = csv.reader(file, delimiter=table.delimiter)
        number = 1
        while True:
            try:
                row = next(reader, None)
            except csv.Error as error:
                raise FileFault(
                    f"CSV 有误：{error}", f"The CSV is broken: {error}.", f"line {reader.line_num}"
                ) from None
            if row is None:
                return
            yield number, row
            number = reader.line_num + 1


def _excel_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl raises whatever its XML and ZIP readers do
        raise FileFault(
            "Excel 打不开，另存为 .xlsx 后再上传", "The workbook cannot be opened: save it as .xlsx again."
        ) from error
    try:
        sheet = book.worksheets[0]
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield number, [as_typed(value) for value in row]
    finally:
        book.close()


def as_typed(value: Any) -> str:
    """Return an Excel cell as the text a person would have typed: 58 for 58.0, an ISO day for a date."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, float):
        return format(value, ".15g")
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
