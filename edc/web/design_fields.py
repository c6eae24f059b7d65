"""The fields of one part of a draft, on the page as in the workbook: one column, one field."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from edc.design.editing import Address
from edc.design.items import Text
from edc.design.whole import Document
from edc.errors import InvalidInput
from edc.exchange.design_workbook import sheets
from edc.exchange.design_workbook.sheets import Column, Sheet
from edc.exchange.design_workbook.values import BadCell, from_cell, to_cell

_BY_DEPTH = {2: sheets.FORMS, 3: sheets.GROUPS, 4: sheets.ITEMS}
_BY_PART = {"events": sheets.VISITS, **{each.part: each for each in sheets.LISTS}}
PARTS = ("forms", "events", "rules", "eligibility")
RULES = frozenset({"required_when", "show_when", "value", "check", "when", "rule", "applies_when"})
_CHOICES: dict[str, tuple[str, ...]] = {
    "type": (
        "text", "long_text", "integer", "float", "date", "partial_date", "datetime", "code", "multi",
        "yes_no", "derived", "file",
    ),
    "value_type": ("integer", "float", "date", "text", "code", "yes_no"),
    "required": ("always", "conditional", "optional"),
    "identifying": ("direct", "quasi", "date", "free_text", "open", "none"),
    "repeats": ("none", "event", "form"),
    "severity": ("hard", "soft", "silent"),
    "category": ("inclusion", "exclusion"),
    "kind": ("scheduled", "unscheduled", "common"),
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One field: its name as in the workbook, what it holds, and what may be chosen."""

    name: str
    words: str
    value: str
    choices: tuple[str, ...]
    is_rule: bool
    is_long: bool


def sheet_of(address: Address) -> Sheet:
    """Return the sheet that describes the part at the address; KeyError where pages change none."""
    return _BY_DEPTH[len(address)] if address[0] == "forms" else _BY_PART[address[0]]


def fields_of(document: Document, address: Address, found: Mapping[str, Any]) -> list[Field]:
    """Return the fields of the part as they stand."""
    return [_field(document, column, found) for column in sheet_of(address).columns]


def _field(document: Document, column: Column, found: Mapping[str, Any]) -> Field:
    held: Any = found
    for key in column.path:
        held = held.get(key) if isinstance(held, dict) else None
    shown = to_cell(held, column.kind)
    text = "" if shown is None else str(shown).lower() if column.kind == "flag" else str(shown)
    long = column.head in RULES or column.path[0] in ("text", "message", "note", "hint", "registered_check")
    return Field(
        column.head, _words(column.path), text, _choices(document, column), column.head in RULES, long
    )


def _words(path: tuple[str, ...]) -> str:
    """Return what people call the field: `label.zh` is the label in Chinese."""
    known = {
        "label": _("Label"), "hint": _("Hint"), "name": _("Name"), "text": _("Text"), "message": _("Message"),
        "note": _("Note"), "type": _("Type"), "unit": _("Unit"), "units": _("Other units"),
        "codelist": _("Codelist"), "required": _("Required"), "required_when": _("Required when"),
        "show_when": _("Shown when"), "hard": _("Possible values"), "soft": _("Expected values"),
        "value": _("Formula"), "critical": _("Critical"), "read_only": _("Not typed by people"),
        "decimals": _("Decimals"), "pattern": _("Pattern"), "max_length": _("Characters at most"),
        "repeating": _("Repeating"), "repeats": _("Repeats"), "day": _("Planned day"),
        "anchor": _("Counted from"), "window": _("Window in days"), "check": _("What must hold"),
        "when": _("Asked when"), "severity": _("Severity"), "items": _("Items"),
        "form": _("Form"), "rule": _("Rule"),
        "zh": _("Chinese"), "en": _("English"), "min": _("from"), "max": _("to"),
        "before": _("before"), "after": _("after"),
    }  # fmt: skip
    return " · ".join(known.get(each, each) for each in path)


def _choices(document: Document, column: Column) -> tuple[str, ...]:
    if column.kind == "flag":
        return ("true", "false")
    if column.head == "codelist":
        return tuple(sorted(document["codelists"]))
    if column.head == "form":
        return tuple(str(each.get("oid")) for each in document["forms"])
    return _CHOICES.get(column.head, ())


def posted(data: Mapping[str, str], address: Address, found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part with what was posted in its fields; what has no field stays. Raise InvalidInput."""
    result = deepcopy(dict(found))
    wrong = {}
    for column in sheet_of(address).columns:
        try:
            value = from_cell(data.get(column.head, ""), column.kind)
        except BadCell as bad:
            wrong[column.head] = Text(bad.zh, bad.en).in_language(get_language() or "")
            continue
        _set(result, column.path, value)
    if wrong:
        raise InvalidInput(_("Some fields need correction."), fields=wrong)
    return result


def _set(element: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Set the value, or take the key out where there is none, with what is empty around it."""
    if len(path) == 1:
        if value is None:
            element.pop(path[0], None)
        else:
            element[path[0]] = value
        return
    inner = dict(element.get(path[0]) or {})
    _set(inner, path[1:], value)
    if inner:
        element[path[0]] = inner
    else:
        element.pop(path[0], None)


def planned(data: Mapping[str, str], document: Document, held: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the forms of a visit as posted in `plan:FO.X`: mandatory, optional or, empty, not there.

    A form that was not posted stays as it is; forms new in the visit come after the others.
    """
    kept = {each["form"]: each for each in held.get("forms", [])}
    forms = [*kept, *(each["oid"] for each in document["forms"] if each["oid"] not in kept)]
    result = []
    for oid in forms:
        how = data.get(f"plan:{oid}")
        if how:
            result.append(kept.get(oid, {"form": oid}) | {"mandatory": how == "mandatory"})
        elif how is None and oid in kept:
            result.append(kept[oid])
    return result
