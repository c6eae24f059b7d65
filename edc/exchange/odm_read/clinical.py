"""The clinical data of an ODM file, 1.x or 2.0, as cells; lenient about what the schemas forbid.

Of a transactional file the last word on each item counts; what is removed is left out.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from edc.exchange.mapping import Mapping
from edc.exchange.safe_files import local, read_xml
from edc.exchange.source import SourceCell

_LEVELS = ("SubjectData", "StudyEventData", "FormData", "ItemGroupData")
_REDCAP_SITE = "redcap_data_access_group"
_EVENT_NAMES = ("StudyEventOID", "UniqueEventName")


def odm_cells(path: Path, mapping: Mapping) -> Iterator[SourceCell]:
    """Yield the values of the file, each item of each record once; raise FileFault for unsound XML."""
    found: dict[tuple, SourceCell | None] = {}
    for cell, removed in _walk(path):
        place = (cell.subject, cell.event, cell.event_repeat, cell.form, cell.form_repeat)
        key = (*place, cell.column, cell.row, cell.item)
        found.pop(key, None)
        found[key] = None if removed else cell
    # REDCap keeps a subject's site as a field.
    sites = {each.subject: each.raw for each in found.values() if each and each.item == _REDCAP_SITE}
    cells = (_at(each, sites) for each in found.values() if each and each.item != _REDCAP_SITE)
    yield from gather_checkboxes(cells, mapping)


def _at(cell: SourceCell, sites: dict[str, str]) -> SourceCell:
    site = sites.get(cell.subject)
    return replace(cell, site=site) if site and not cell.site else cell


def _walk(path: Path) -> Iterator[tuple[SourceCell, bool]]:
    """Yield each item with whether it is removed; what it stands in is kept on a stack."""
    stack: list[tuple[str, dict[str, str]]] = []
    units: dict[str, str] = {}
    for event, element in read_xml(path):
        name = local(element)
        if event == "start":
            _enter(element, name, stack)
        elif name.startswith("ItemData") and stack:
            yield _cell(element, name, stack, units)
            element.clear()
        else:
            _leave(element, name, stack, units)


def _enter(element: Any, name: str, stack: list[tuple[str, dict[str, str]]]) -> None:
    if name in _LEVELS:
        stack.append((name, _attributes(element)))
    elif name == "SiteRef" and stack:
        stack[0][1].setdefault("LocationOID", element.get("LocationOID", ""))


def _leave(element: Any, name: str, stack: list[tuple[str, dict[str, str]]], units: dict[str, str]) -> None:
    if name == "MeasurementUnit":
        units[element.get("OID", "")] = _unit_name(element)
    elif name == "Annotation" and stack and stack[-1][0] == "StudyEventData":
        stack[-1][1]["StartDate"] = _notes(element.getparent()).get("HELD", "")
    elif name in _LEVELS and stack:
        stack.pop()
        if name in ("ItemGroupData", "SubjectData"):
            element.clear()


def _attributes(element: Any) -> dict[str, str]:
    return {key.rpartition("}")[2]: value for key, value in element.attrib.items()}


def _unit_name(element: Any) -> str:
    """Return what a unit is called: its name, or its symbol where the name is an OID again."""
    name = str(element.get("Name") or "")
    symbol = next((each.text for each in element.iter() if local(each) == "TranslatedText" and each.text), "")
    return symbol or name if name == element.get("OID") else name


def _notes(element: Any) -> dict[str, str]:
    """Return what the annotations of this platform's own files say, by what each is about."""
    found = {}
    for note in (each for each in element if local(each) == "Annotation"):
        about = {local(each): (each.text or "") for each in note.iter()}
        text = about.get("FlagValue", "") if about.get("FlagType") == "MISSING" else about.get("Comment", "")
        found[about.get("FlagType", "")] = text
    return found


def _cell(
    element: Any, name: str, stack: list[tuple[str, dict[str, str]]], units: dict[str, str]
) -> tuple[SourceCell, bool]:
    about = {level: attributes for level, attributes in reversed(stack)}
    own = _attributes(element)
    groups = [attributes for level, attributes in stack if level == "ItemGroupData"]
    # In ODM 2.0 a form is the outermost item group.
    form = about.get("FormData") or (groups[0] if groups else {})
    event = about.get("StudyEventData") or form
    inner = groups[-1] if groups else {}
    removed = "Remove" in (own.get("TransactionType"), inner.get("TransactionType"))
    ref = next((e for e in element.iter() if local(e) == "MeasurementUnitRef"), None)
    unit = ref.get("MeasurementUnitOID") if ref is not None else None
    notes = _notes(element)
    cell = SourceCell(
        line=element.sourceline or 0,
        column=inner.get("ItemGroupOID", ""),
        subject=about.get("SubjectData", {}).get("SubjectKey", ""),
        site=about.get("SubjectData", {}).get("LocationOID", ""),
        event=next((event[key] for key in _EVENT_NAMES if event.get(key)), ""),
        event_repeat=event.get("StudyEventRepeatKey") or "1",
        event_date=event.get("StartDate") or event.get("StartDateTime") or "",
        form=form.get("FormOID") or form.get("ItemGroupOID", ""),
        form_repeat=form.get("FormRepeatKey") or "1",
        item=own.get("ItemOID", ""),
        raw=notes.get("RAW") or _value(element, name, own),
        row=inner.get("ItemGroupRepeatKey", ""),
        unit=units.get(unit, unit) if unit else None,
        missing=notes.get("MISSING") or None,
    )
    return cell, removed


def _value(element: Any, name: str, own: dict[str, str]) -> str:
    if own.get("IsNull") == "Yes":
        return ""
    if "Value" in own:
        return own["Value"]
    if name != "ItemData":
        return element.text or ""
    return "|".join(child.text or "" for child in element if local(child) == "Value")


def gather_checkboxes(cells: Iterator[SourceCell], mapping: Mapping) -> Iterator[SourceCell]:
    """Yield the cells with the boxes of one question, a field for each code, made one cell of codes."""
    boxes: dict[tuple, list[SourceCell]] = {}
    for cell in cells:
        box = mapping.checkboxes.get(cell.item)
        if box is None:
            yield cell
            continue
        place = (cell.subject, cell.event, cell.event_repeat, cell.form, cell.form_repeat, cell.row, box[0])
        boxes.setdefault(place, []).append(cell)
    for (*_place, item), ticked in boxes.items():
        codes = [
            mapping.checkboxes[each.item][1] for each in ticked if each.raw.strip() in ("1", "Y", "true")
        ]
        first = ticked[0]
        yield replace(first, item=item, raw="|".join(codes))
