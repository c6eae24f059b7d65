"""Plausible form records for the demonstration, made from the design alone: any form can be submitted."""

from collections.abc import Mapping
from datetime import date

from edc.design.items import ItemDef, Limits
from edc.models import FormInstance
from edc.rules.subject_values import split_path
from edc.selectors.evaluation import state_of

MOST_ROUNDS = 10
TEXT = "见源文件"
Entry = dict[str, object]


def plausible_record(*, form: FormInstance, wanted: Mapping[str, object], day: date) -> dict[str, dict]:
    """Return a record that holds the wanted values and fills what else the form requires.

    `wanted` maps an item OID, in a repeating group with its row (`IT.TXS.ECTRT[2]`), to the raw value; what
    other forms hold is passed over. Hidden items are left empty, and an impossible filling is replaced by the
    missing code ND. `day` is the date given to every date asked for.
    """
    definition = form.design_version.design.form(form.form_oid)
    items: dict[str, Entry] = {}
    rows = {group.oid: ["1"] for group in definition.item_groups if group.repeating}
    for path, raw in wanted.items():
        oid, row = split_path(path)
        if oid not in definition.items_by_oid:
            continue
        name = definition.items_by_oid[oid].name
        repeating = definition.group_of[name].repeating
        items[f"{oid}[{row or 1}]" if repeating else oid] = entry(raw)
        if repeating and row and row not in rows[definition.group_of[name].oid]:
            rows[definition.group_of[name].oid].append(row)
    record: dict[str, dict] = {"items": items, "rows": rows}
    _fill(form, record, day)
    return record


def _fill(form: FormInstance, record: dict[str, dict], day: date) -> None:
    """Answer what the form still asks for, until an answer opens no further question."""
    definition, items = form.design_version.design.form(form.form_oid), record["items"]
    for _round in range(MOST_ROUNDS):
        state = state_of(form, record)
        for path in state.impossible:
            items[path] = {"raw": None, "unit": None, "missing": "ND"}
        if not state.unanswered and not state.impossible:
            return
        for path in state.unanswered:
            item = definition.items_by_oid[split_path(path)[0]]
            items[path] = entry(_filling(form, item, day), unit=item.unit)


def entry(raw: object, unit: str | None = None) -> Entry:
    """Return one entry of a record as a person types it."""
    return {"raw": raw if isinstance(raw, list) else str(raw), "unit": unit, "missing": None}


def _filling(form: FormInstance, item: ItemDef, day: date) -> object:
    kind = item.type
    if kind == "yes_no":
        return "N"
    if item.codelist:
        code = _code(form, item)
        return [code] if kind == "multi" else code
    if item.is_number:
        return _number(item)
    if item.is_date:
        return f"{day.isoformat()}T09:00:00+08:00" if kind == "datetime" else day.isoformat()
    return f"T1-S{form.subject.site.number}-{form.subject.subject_key[-4:]}" if item.pattern else TEXT


def _code(form: FormInstance, item: ItemDef) -> str:
    codelist = form.design_version.design.codelist(item.codelist or "")
    if codelist.external:
        known = {"sites": form.subject.site.oid, "lesions": "T01", "ctcae": "Fatigue"}
        return known.get(codelist.external, "crc1")
    codes = [code.code for code in codelist.offered]
    return "N" if "N" in codes and "Y" in codes else codes[0]


def _number(item: ItemDef) -> str:
    limits = item.soft or item.hard or Limits(1, 1)
    ends = [float(end) for end in (limits.min, limits.max) if isinstance(end, int | float)]
    middle = sum(ends) / len(ends) if ends else 1.0
    return str(round(middle)) if item.answer_type == "integer" or middle >= 10 else f"{middle:.1f}"
