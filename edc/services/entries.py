"""The shape of what a person or program sends for one item; its meaning is judged by the rules."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from edc import extensions
from edc.design.items import FormDef, ItemDef, ItemGroupDef
from edc.errors import InvalidInput
from edc.models import FormInstance, User
from edc.rules.second_pass import part_of
from edc.rules.subject_values import split_path
from edc.selectors.evaluation import asked_oids

MISSING_CODES = ("ND", "UNK", "NA", "NE")
MAX_RAW = 4000
_ROW_KEY = re.compile(r"[1-9][0-9]{0,5}")


def definition_of(form: FormInstance) -> FormDef:
    """Return the form's definition in the design version it is pinned to."""
    return form.design_version.design.form(form.form_oid)


def asked_of(form: FormInstance, stream: str = "") -> FormDef:
    """Return what a pass asks of the form: all of it, or in a second pass by items only these."""
    oids = asked_oids(form, stream)
    return definition_of(form) if oids is None else part_of(definition_of(form), oids)


def checked_path(form: FormInstance, path: str, rows: Mapping[str, list[str]], stream: str = "") -> ItemDef:
    """Return the item at the path; raise InvalidInput when the form or its rows lack it, when nobody
    types it, or when the pass in this stream does not ask it.
    """
    oid, row_key = split_path(path)
    definition = asked_of(form, stream)
    item = definition.items_by_oid.get(oid)
    if item is None and oid in definition_of(form).items_by_oid:
        raise refused(path, _("The second pass does not ask this item."))
    if item is None:
        raise refused(path, _("This form has no such item."))
    group = definition.group_of[item.name]
    if group.repeating and str(row_key) not in rows.get(group.oid, []):
        raise refused(path, _("This row has been removed. Load the page again."))
    if not group.repeating and row_key:
        raise refused(path, _("This item has no rows."))
    if item.type == "derived":
        raise refused(path, _("This item is computed and cannot be typed."))
    return item


def checked_entry(item: ItemDef, path: str, entry: Mapping[str, object]) -> dict:
    """Return the entry as {"raw", "unit", "missing"}; raise InvalidInput when its shape is wrong."""
    raw: Any
    raw, unit, missing = (entry.get(name) or None for name in ("raw", "unit", "missing"))
    if missing is not None and missing not in MISSING_CODES:
        raise refused(path, _("Choose ND, UNK, NA or NE."))
    if unit is not None and unit not in item.offered_units:
        units = ", ".join(item.offered_units) or "–"
        raise refused(path, _("Choose one of the units offered: %(units)s.") % {"units": units})
    if item.type == "multi":
        raw = sorted({_text(path, each) for each in _list(path, raw)}) or None
    elif raw is not None:
        raw = _text(path, raw)
    return {"raw": None if missing else raw, "unit": unit, "missing": missing}


def _list(path: str, raw: object) -> Sequence[object]:
    if raw is not None and not isinstance(raw, list | tuple):
        raise refused(path, _("Send a list of codes."))
    return raw or ()


def _text(path: str, raw: object) -> str:
    if not isinstance(raw, str):
        raise refused(path, _("Send the value as text, as it was written."))
    if "\x00" in raw:
        raise refused(path, _("Remove the control characters."))
    if len(raw) > MAX_RAW:
        raise refused(path, _("Shorten this to %(count)d characters at most.") % {"count": MAX_RAW})
    return raw


def is_empty(entry: Mapping[str, object] | None) -> bool:
    """Tell whether an entry says nothing: neither a value nor a missing code."""
    return not entry or not (entry.get("raw") or entry.get("missing"))


def require_proposed(form: FormInstance, path: str, entry: Mapping[str, object], actor: User) -> None:
    """Let a read-only item take only what a higher app proposes for it (a value read from DICOM), or
    nothing.
    """
    if is_empty(entry):
        return
    offered = (each for part in extensions.registered() for each in part.proposals(actor=actor, form=form))
    if not any((each.path, each.raw) == (path, entry["raw"]) for each in offered):
        raise refused(path, _("This item is filled from the images and cannot be typed."))


def repeating_group(form: FormInstance, group_oid: str, stream: str = "") -> ItemGroupDef:
    """Return the repeating item group that the pass asks; raise InvalidInput when there is none."""
    group = next((each for each in asked_of(form, stream).item_groups if each.oid == group_oid), None)
    if group is None or not group.repeating:
        raise refused(group_oid, _("This form has no such group of rows."))
    return group


def checked_record(form: FormInstance, record: Mapping[str, object], stream: str = "") -> dict:
    """Return a whole record sent by a program in the shape of a sealed one; raise InvalidInput naming
    each fault.
    """
    rows = {str(oid): _row_keys(str(oid), keys) for oid, keys in _mapping(record, "rows").items()}
    for oid in rows:
        repeating_group(form, oid, stream)
    items: dict[str, dict] = {}
    faults: dict[str, Any] = {}
    for path, entry in _mapping(record, "items").items():
        try:
            if not isinstance(entry, Mapping):
                raise refused(path, _("Send raw, unit and missing."))
            items[path] = checked_entry(checked_path(form, path, rows, stream), path, entry)
        except InvalidInput as error:
            faults |= error.fields
    if faults:
        raise InvalidInput(_("Some items need correction."), fields=faults)
    return {"items": {path: entry for path, entry in items.items() if not is_empty(entry)}, "rows": rows}


def _mapping(record: Mapping[str, object], name: str) -> Mapping[str, Any]:
    held = record.get(name) or {}
    if not isinstance(held, Mapping):
        raise refused(name, _("Send an object with one entry for each item, or for each group of rows."))
    return held


def _row_keys(oid: str, keys: object) -> list[str]:
    texts = [str(key) for key in keys] if isinstance(keys, list | tuple) else []
    if len(set(texts)) != len(texts) or not all(_ROW_KEY.fullmatch(key) for key in texts):
        raise refused(oid, _("Row keys are whole numbers from 1, each used once."))
    return texts


def refused(path: str, message: str) -> InvalidInput:
    return InvalidInput(_("Some items need correction."), fields={path: message})
