"""Cells of text files: heads and rows of wide and long tables, none of them a formula to a spreadsheet."""

from collections.abc import Iterator
from typing import Final

from edc.exchange.record import Subject
from edc.exchange.tables import Row, Table, shown, text_of

# A text cell that begins so is a formula to a spreadsheet; numbers may begin with a sign.
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
LONG_HEAD: Final = (
    "STUDY", "SITE", "SUBJECT", "COHORT", "EVENT", "EVENT_REPEAT", "EVENT_DATE", "FORM", "FORM_REPEAT",
    "STATUS", "GROUP", "ROW", "ITEM", "VALUE", "MISSING", "UNIT", "STANDARD_VALUE", "STANDARD_UNIT", "RAW",
    "STREAM", "FORMULA", "UPDATED",
)  # fmt: skip


def safe(text: str) -> str:
    """Return the text so that a spreadsheet shows it instead of computing it; a number stays as it is."""
    if not text.startswith(FORMULA_STARTS):
        return text
    return text if _is_number(text) else f"'{text}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "\n" not in text and "\t" not in text


def wide_head(table: Table) -> list[str]:
    """Return the heads of a wide table: the keys, then each item with its label and its missing code."""
    head = list(table.keys)
    for column in table.columns:
        head.append(column.name)
        head += [f"{column.name}__L"] if column.options else []
        head += [f"{column.name}__M"] if column.has_missing else []
    return head


def wide_cells(table: Table, row: Row, language: str) -> list[str]:
    """Return the cells of a row under `wide_head`."""
    cells = [safe(each) for each in row.keys]
    for column in table.columns:
        value = row.values.get(column.item.oid)
        held = shown(value)
        cells.append(safe(text_of(held)))
        cells += [safe(column.label_of(held, language))] if column.options else []
        cells += [value.missing if value else ""] if column.has_missing else []
    return cells


def long_rows(tables: dict[str, Table], study_oid: str, subject: Subject) -> Iterator[list[str]]:
    """Yield a row for each value of a completed form, under `LONG_HEAD`; `tables` by item OID."""
    for event, form in subject.forms():
        for value in form.values if form.is_final else ():
            table = tables[value.item_oid]
            item = table.by_oid[value.item_oid].item
            yield [
                study_oid, subject.site, subject.key, safe(subject.cohort), event.oid, str(event.repeat_key),
                event.date, form.oid, str(form.repeat_key), form.status,
                table.group.oid if table.group else "", value.row_key, value.item_oid,
                safe(text_of(value.value)), value.missing, safe(value.unit), safe(text_of(value.standard)),
                safe(item.unit or ""), safe(value.raw), value.stream, safe(value.formula), value.updated_at,
            ]  # fmt: skip
