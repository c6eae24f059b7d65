"""Writing a design document as a workbook: a sheet for each part, a row for each element."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from edc.exchange.design_workbook import sheets
from edc.exchange.design_workbook.sheets import Sheet
from edc.exchange.design_workbook.values import to_cell
from edc.exchange.workbook import WorkbookFile

Row = list[Any]
# Parts of the study that have sheets of their own.
APART = ("arms", "decisions")


def write_workbook(document: Mapping[str, Any], path: Path, *, told: str) -> None:
    """Write the document; ``told`` says in the README what it is. `read_workbook` gives an equal document."""
    book = WorkbookFile()
    book.readme(_readme(told))
    for sheet in sheets.ALL:
        book.sheet(sheet.name, sheet.heads, _rows(document, sheet))
    book.save(path)


def _readme(told: str) -> Iterator[tuple[str, str]]:
    yield "Tandem", told
    yield (
        "怎样用",
        "改单元格、增删或移动行；OID 不变的元素保持同一身份。导入后检查整个设计，每个错误给出单元格。",
    )
    yield "How to use", "Change cells; add, remove or move rows. What keeps its OID stays the same thing."
    yield "表头", "工作表名和第一行的表头不能改；列的次序可变，缺少的列视为空。"
    yield (
        "Heads",
        "Keep the sheets' names and the heads in row 1; columns may be moved, a missing one is empty.",
    )
    for sheet in sheets.ALL:
        yield sheet.name, f"{sheet.about.zh} / {sheet.about.en}"


def _rows(document: Mapping[str, Any], sheet: Sheet) -> Iterator[Row]:
    for keys, element in _elements(document, sheet):
        yield [*keys, *(to_cell(_at(element, each.path), each.kind) for each in sheet.columns)]


def _elements(document: Mapping[str, Any], sheet: Sheet) -> Iterator[tuple[list[Any], Mapping[str, Any]]]:
    """Yield the keys and the element of each row."""
    if sheet.part == "study":
        yield from _of_study(document["study"], sheet)
    elif sheet.part == "forms":
        yield from _of_forms(document["forms"], sheet)
    elif sheet.part == "codelists":
        for oid, codelist in document["codelists"].items():
            inner = codelist.get("items", []) if sheet is sheets.CODES else [codelist]
            yield from (([oid], each) for each in inner)
    elif sheet is sheets.VISIT_FORMS:
        yield from (([event["oid"]], each) for event in document["events"] for each in event["forms"])
    elif sheet is sheets.INSTITUTIONS:
        yield from (([key], each) for key, each in document["institutions"].items())
    else:
        yield from (([], each) for each in document[sheet.part])


def _of_study(study: Mapping[str, Any], sheet: Sheet) -> Iterator[tuple[list[Any], Mapping[str, Any]]]:
    if sheet is sheets.STUDY:
        plain = {key: each for key, each in study.items() if key not in APART}
        yield from (([key, value], {}) for key, value in flat(plain))
    else:
        yield from (([], each) for each in study.get(sheet.name.lower(), []))


def _of_forms(forms: list[dict[str, Any]], sheet: Sheet) -> Iterator[tuple[list[Any], Mapping[str, Any]]]:
    for form in forms:
        if sheet is sheets.FORMS:
            yield [], form
        for group in form["item_groups"] if sheet is not sheets.FORMS else ():
            if sheet is sheets.GROUPS:
                yield [form["oid"]], group
            else:
                yield from (([form["oid"], group["oid"]], each) for each in group["items"])


def flat(value: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield ``registration / date`` and its value for every value of nested mappings; lists as one text."""
    for key, each in value.items():
        if isinstance(each, dict):
            yield from flat(each, (*above, key))
        else:
            shown = "; ".join(str(one) for one in each) if isinstance(each, list) else each
            yield " / ".join((*above, key)), shown


def _at(element: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    found: Any = element
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found
