"""Reading a workbook into a design document, with the cell of every element and of every fault."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from edc.design.editing import Address
from edc.exchange.design_workbook import sheets
from edc.exchange.design_workbook.sheets import Sheet
from edc.exchange.design_workbook.values import BadCell, from_cell
from edc.exchange.faults import FileFault
from edc.exchange.safe_files import check_size, check_zip

Document = dict[str, Any]
# Keys of the study that hold lists, by how they begin.
_STUDY_LISTS = ("entry / items / ", "stratification")


@dataclass(frozen=True)
class CellFault:
    """A cell that cannot be read, such as ``Items!F12``, and what to write there."""

    cell: str
    zh: str
    en: str


@dataclass
class _Row:
    sheet: Sheet
    number: int
    columns: dict[str, str]
    keys: dict[str, Any]
    element: dict[str, Any]

    def cell(self, head: str = "") -> str:
        return f"{self.sheet.name}!{self.columns.get(head, 'A')}{self.number}"


@dataclass
class ReadWorkbook:
    """The document, the cells that could not be read, and where each element stands."""

    document: Document
    faults: list[CellFault] = field(default_factory=list)
    rows: dict[tuple[Address, str], _Row] = field(default_factory=dict)

    def cell_of(self, address: Address, rest: str) -> str:
        """Return the cell of a field of an element, or of what it stands in; empty where none holds it."""
        for stop in range(len(address), 0, -1):
            for inner in _beginnings(rest if stop == len(address) else ""):
                row = self.rows.get((address[:stop], inner))
                if row is not None:
                    return row.cell(_head(row, rest.removeprefix(inner).lstrip(".")))
        return ""


def _beginnings(rest: str) -> Iterator[str]:
    """Yield the path and each shorter one, down to the empty one."""
    yield rest
    while rest:
        rest = rest[: max(rest.rfind("."), rest.rfind("["))] if "." in rest or "[" in rest else ""
        yield rest


def _head(row: _Row, field_path: str) -> str:
    if row.sheet is sheets.STUDY:
        return "value"
    for part in _beginnings(field_path):
        for each in row.sheet.columns:
            if part and (each.dotted == part or each.dotted.startswith(f"{part}.")):
                return each.head
    return row.sheet.heads[0]


def read_workbook(path: Path) -> ReadWorkbook:
    """Read a workbook of `write_workbook`, changed by people; raise FileFault where it is none."""
    check_size(path)
    check_zip(path)
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError):
        raise FileFault("不是 Excel 工作簿（.xlsx）", "Not an Excel workbook (.xlsx).") from None
    missing = [each.name for each in sheets.ALL if each.name not in book.sheetnames]
    if missing:
        shown = ", ".join(missing)
        raise FileFault(f"缺少工作表：{shown}", f"These sheets are missing: {shown}.")
    found = ReadWorkbook({"study": {}, "forms": [], "codelists": {}, "institutions": {}, "events": []})
    for sheet in sheets.ALL:
        _TAKERS.get(sheet.name, _take_listed)(found, list(_rows(book[sheet.name], sheet, found)))
    book.close()
    return found


def _rows(held: Any, sheet: Sheet, found: ReadWorkbook) -> Iterator[_Row]:
    lines = held.iter_rows(values_only=True)
    heads = [str(each).strip() if each is not None else "" for each in next(lines, ())]
    columns = {head: get_column_letter(n) for n, head in enumerate(heads, start=1) if head}
    for head in [each for each in columns if each not in sheet.heads]:
        zh, en = f"没有这一列：{head}", f"There is no such column: {head}."
        found.faults.append(CellFault(f"{sheet.name}!{columns[head]}1", zh, en))
    for number, line in enumerate(lines, start=2):
        if any(each not in (None, "") for each in line):
            yield _row(sheet, number, columns, dict(zip(heads, line, strict=False)), found)


def _row(
    sheet: Sheet, number: int, columns: dict[str, str], cells: dict[str, Any], found: ReadWorkbook
) -> _Row:
    row = _Row(sheet, number, columns, {}, {})
    for key in sheet.keys:
        kind = "text" if key != "value" else None
        row.keys[key] = from_cell(cells.get(key), kind) if kind else cells.get(key)
        if key != "value" and not row.keys[key]:
            _tell(found, row, key, "须填写", "Fill this in.")
    for column in sheet.columns:
        try:
            value = from_cell(cells.get(column.head), column.kind)
        except BadCell as bad:
            _tell(found, row, column.head, bad.zh, bad.en)
            continue
        if value is not None:
            _set(row.element, column.path, value)
    return row


def _set(element: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        element = element.setdefault(key, {})
    element[path[-1]] = value


def _tell(found: ReadWorkbook, row: _Row, head: str, zh: str, en: str) -> None:
    found.faults.append(CellFault(row.cell(head), zh, en))


def _place(found: ReadWorkbook, address: Address, inner: str, row: _Row) -> bool:
    """Note where an element stands; a second one at the same address is a fault."""
    first = found.rows.setdefault((address, inner), row)
    if first is not row:
        oid = address[-1]
        zh, en = f"{oid} 重复，已在 {first.cell()}", f"{oid} is here twice, first at {first.cell()}."
        found.faults.append(CellFault(row.cell(), zh, en))
    return first is row


def _take_study(found: ReadWorkbook, rows: list[_Row]) -> None:
    for row in rows:
        key = str(row.keys["key"] or "")
        path = tuple(part.strip() for part in key.split(" / "))
        value = from_cell(row.keys["value"], "list" if key.startswith(_STUDY_LISTS) else "text")
        plain = row.keys["value"]
        typed = plain if isinstance(plain, bool | int | float) else value
        if value is not None and _place(found, ("study",), ".".join(path), row):
            _set(found.document["study"], path, typed)


def _take_of_study(found: ReadWorkbook, rows: list[_Row]) -> None:
    for number, row in enumerate(rows):
        name = row.sheet.name.lower()
        if name == "arms":
            row.element.setdefault("target_n", None)
        found.document["study"].setdefault(name, []).append(row.element)
        found.rows[("study",), f"{name}[{number}]"] = row


def _take_forms(found: ReadWorkbook, rows: list[_Row]) -> None:
    for row in rows:
        row.element["item_groups"] = []
        if _place(found, ("forms", str(row.element.get("oid"))), "", row):
            found.document["forms"].append(row.element)


def _take_inner(found: ReadWorkbook, rows: list[_Row]) -> None:
    """Put groups into their forms and items into their groups."""
    list_name = "item_groups" if rows and rows[0].sheet is sheets.GROUPS else "items"
    for row in rows:
        parent = ("forms", *(str(each) for each in row.keys.values()))
        outer = found.rows.get((parent, ""))
        if outer is None:
            shown = "/".join(parent[1:])
            _tell(found, row, row.sheet.keys[-1], f"没有 {shown}", f"There is no {shown}.")
            continue
        if list_name == "item_groups":
            row.element["items"] = []
        if _place(found, (*parent, str(row.element.get("oid"))), "", row):
            outer.element[list_name].append(row.element)


def _take_keyed(found: ReadWorkbook, rows: list[_Row]) -> None:
    for row in rows:
        key = str(row.keys[row.sheet.keys[0]])
        if _place(found, (row.sheet.part, key), "", row):
            found.document[row.sheet.part][key] = row.element


def _take_parts(found: ReadWorkbook, rows: list[_Row]) -> None:
    """Put codes into their codelists and planned forms into their visits."""
    for row in rows:
        parent = (row.sheet.part, str(row.keys[row.sheet.keys[0]]))
        outer = found.rows.get((parent, ""))
        if outer is None:
            _tell(found, row, row.sheet.keys[0], f"没有 {parent[1]}", f"There is no {parent[1]}.")
            continue
        name = "items" if row.sheet is sheets.CODES else "forms"
        held = outer.element.setdefault(name, [])
        found.rows[parent, f"{name}[{len(held)}]"] = row
        held.append(row.element)


def _take_listed(found: ReadWorkbook, rows: list[_Row]) -> None:
    held = found.document.setdefault(rows[0].sheet.part, []) if rows else []
    for number, row in enumerate(rows):
        if row.sheet.part == "events":
            row.element["forms"] = []
        if row.sheet.part == "eligibility":
            row.element.setdefault("rule", None)
        name = str(number) if row.sheet.part == "cases" else str(row.element.get("oid"))
        if _place(found, (row.sheet.part, name), "", row):
            held.append(row.element)


_TAKERS = {
    sheets.STUDY.name: _take_study,
    sheets.ARMS.name: _take_of_study,
    sheets.DECISIONS.name: _take_of_study,
    sheets.FORMS.name: _take_forms,
    sheets.GROUPS.name: _take_inner,
    sheets.ITEMS.name: _take_inner,
    sheets.CODELISTS.name: _take_keyed,
    sheets.INSTITUTIONS.name: _take_keyed,
    sheets.CODES.name: _take_parts,
    sheets.VISIT_FORMS.name: _take_parts,
}
