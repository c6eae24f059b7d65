"""The cells of a table, wide or long, as its mapping places them in the study."""

from collections.abc import Iterator

from edc.exchange.cells import FORMULA_STARTS
from edc.exchange.faults import FileFault
from edc.exchange.mapping import ItemColumn, Mapping
from edc.exchange.source import SourceCell
from edc.exchange.table_read import Line, Table


def table_cells(table: Table, mapping: Mapping) -> Iterator[SourceCell]:
    """Yield every assigned cell in the order of the file; raise FileFault when the file lacks a column."""
    wanted = [*mapping.columns.values(), *mapping.items]
    missing = sorted({name for name in wanted if name and name not in table.headings})
    if missing:
        shown = "、".join(missing[:5])
        raise FileFault(f"文件没有列：{shown}", f"The file has no column {', '.join(missing[:5])}.", "line 1")
    for line in table.lines():
        if mapping.shape == "wide":
            for column, item in mapping.items.items():
                yield _wide(line, mapping, column, item)
        else:
            yield _long(line, mapping)


def _text(line: Line, mapping: Mapping, place: str) -> str:
    column = mapping.columns.get(place)
    return _plain(line.cells.get(column, "")).strip() if column else ""


def _plain(text: str) -> str:
    """Return the text without the apostrophe with which exports keep it from being a formula."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA_STARTS) else text


def _place(line: Line, mapping: Mapping) -> dict[str, str]:
    """Return what the line says of its place; a line without a row key is a new row of its record."""
    return {
        "subject": _text(line, mapping, "subject"),
        "site": _text(line, mapping, "site"),
        "event": _text(line, mapping, "event") or mapping.fixed_event,
        "event_repeat": _text(line, mapping, "event_repeat") or "1",
        "event_date": _text(line, mapping, "event_date"),
        "form": _text(line, mapping, "form"),
        "form_repeat": _text(line, mapping, "form_repeat") or "1",
        "row": _text(line, mapping, "row"),
    }


def _wide(line: Line, mapping: Mapping, column: str, item: ItemColumn) -> SourceCell:
    place = _place(line, mapping)
    place["event"] = item.event or place["event"]
    place["row"] = item.row or place["row"] or f"+{line.number}"
    raw = _plain(line.cells.get(column, ""))
    return SourceCell(line.number, column, item=item.item, raw=raw, unit=item.unit or None, **place)


def _long(line: Line, mapping: Mapping) -> SourceCell:
    return SourceCell(
        line.number,
        mapping.columns["value"],
        item=_text(line, mapping, "item"),
        raw=_plain(line.cells.get(mapping.columns["value"], "")),
        unit=_text(line, mapping, "unit") or None,
        missing=_text(line, mapping, "missing") or None,
        **_place(line, mapping),
    )
