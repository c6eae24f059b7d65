"""Excel workbooks: a README sheet, the codebook, and a sheet for each table; written row by row."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

from lxml import etree
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill

from edc.exchange.columnar import batches

LAST_ROW: Final = 1_048_576
LONGEST_SHEET_NAME: Final = 31
_NOT_IN_CELLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


class WorkbookFile:
    """An Excel file under way; a table longer than a sheet goes on in a further sheet."""

    def __init__(self) -> None:
        self._book = Workbook(write_only=True)
        self._names: set[str] = set()

    def sheet(self, name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Add a sheet with a head that stays in view."""
        sheet = self._new(name, head)
        count = 1
        for row in rows:
            if count == LAST_ROW:
                sheet, count = self._new(name, head), 1
            sheet.append([_cell(each) for each in row])
            count += 1

    def _new(self, name: str, head: Sequence[str]) -> Any:
        sheet = self._book.create_sheet(self._free(name))
        sheet.freeze_panes = "A2"
        sheet.append([_head_cell(sheet, each) for each in head])
        return sheet

    def _free(self, name: str) -> str:
        found, number = name[:LONGEST_SHEET_NAME], 1
        while found.upper() in self._names:
            number += 1
            ending = f" ({number})"
            found = name[: LONGEST_SHEET_NAME - len(ending)] + ending
        self._names.add(found.upper())
        return found

    def readme(self, lines: Iterable[tuple[str, str]]) -> None:
        """Add the sheet that says what the file is, as two columns."""
        sheet = self._book.create_sheet(self._free("README"))
        sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 34, 110
        for left, right in lines:
            head = WriteOnlyCell(sheet, value=_cell(left))
            head.font = Font(bold=True)
            sheet.append([head, _cell(right)])

    def save(self, path: Path) -> None:
        self._book.save(path)


def _head_cell(sheet: Any, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="E7EEF5")
    return cell


def _cell(value: Any) -> Any:
    """Return what a cell holds; a text is never a formula, nor longer than a cell can be."""
    if not isinstance(value, str):
        return value
    text = _NOT_IN_CELLS.sub("\ufffd", value)[:32_767]
    return f"'{text}" if text.startswith("=") else text


def table_rows(source: Path) -> Iterator[tuple]:
    """Yield the rows of a Parquet file of a table."""
    for batch in batches(source):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def rows_of(path: Path) -> dict[str, int]:
    """Return the rows below the head of each sheet, counted in the file's XML."""
    with ZipFile(path) as file:
        book = etree.fromstring(file.read("xl/workbook.xml"))
        names = [each.get("name") for each in book.iter(f"{_MAIN}sheet")]
        return {
            name: _count(file, f"xl/worksheets/sheet{place}.xml") - 1
            for place, name in enumerate(names, start=1)
        }


def _count(file: ZipFile, name: str) -> int:
    count = 0
    with file.open(name) as sheet:
        for _event, row in etree.iterparse(sheet, tag=f"{_MAIN}row"):
            count += 1
            row.clear(keep_tail=False)
            while row.getprevious() is not None:
                del row.getparent()[0]
    return count
