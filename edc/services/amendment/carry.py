"""What of a form's record can be carried over into another version of its form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from edc.design.items import FormDef, ItemDef
from edc.design.study import StudyDesign
from edc.design.values import ItemReading, read_value
from edc.rules.subject_values import split_path


@dataclass(frozen=True)
class Carried:
    """The record as the new version holds it; ``gone`` lost their item, ``unreadable`` are impossible."""

    record: dict
    gone: frozenset[str]
    unreadable: frozenset[str]


def carried(record: Mapping, old: FormDef, new: FormDef, design: StudyDesign, today: date) -> Carried:
    """Return the record for the form ``new`` of ``design``, with units written out where the standard unit is
    another one: nothing that was entered gets another meaning.
    """
    items: dict[str, dict] = {}
    gone, unreadable = set(), set()
    for path, entry in record["items"].items():
        item = _item_at(new, path)
        if item is None:
            gone.add(path)
            continue
        written = _written(entry, old.items_by_oid.get(item.oid), item)
        if _is_possible(item, written, design, today):
            items[path] = written
        else:
            unreadable.add(path)
    repeating = {group.oid for group in new.item_groups if group.repeating}
    rows = {oid: keys for oid, keys in record["rows"].items() if oid in repeating}
    return Carried({"items": items, "rows": rows}, frozenset(gone), frozenset(unreadable))


def _item_at(form: FormDef, path: str) -> ItemDef | None:
    oid, row = split_path(path)
    item = form.items_by_oid.get(oid)
    if item is None or item.type == "derived" or form.group_of[item.name].repeating != bool(row):
        return None
    return item


def _written(entry: Mapping, old: ItemDef | None, new: ItemDef) -> dict:
    raw, unit = entry.get("raw"), entry.get("unit")
    if old and not unit and raw and old.unit and old.unit != new.unit:
        unit = old.unit
    if new.type == "multi" and isinstance(raw, str):
        raw = [raw]
    elif new.type != "multi" and isinstance(raw, list) and len(raw) == 1:
        raw = raw[0]
    return {"raw": raw, "unit": unit, "missing": entry.get("missing")}


def read_anew(
    entry: Mapping, old: ItemDef | None, new: ItemDef, design: StudyDesign, today: date
) -> ItemReading:
    """Return the entry of the item `old` as the item `new` of the design reads it once it is carried over."""
    return _read(new, _written(entry, old, new), design, today)


def _read(item: ItemDef, entry: Mapping, design: StudyDesign, today: date) -> ItemReading:
    codelist = design.codelist_of(item)
    return read_value(item, entry["raw"], entry["unit"], entry["missing"], codelist=codelist, today=today)


def _is_possible(item: ItemDef, entry: Mapping, design: StudyDesign, today: date) -> bool:
    reading = _read(item, entry, design, today)
    return reading.value is not None or reading.problem is None
