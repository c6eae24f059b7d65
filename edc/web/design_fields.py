"""The fields of one part of a draft, on the page as in the workbook: one column, one field."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

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
_TYPES: dict[str, Promise] = {
    "text": _("One line of text"), "long_text": _("Text of several lines"), "integer": _("Whole number"),
    "float": _("Number with decimals"), "date": _("Full date"),
    "partial_date": _("Date that may lack day or month"), "datetime": _("Date and time"),
    "code": _("One of a list"), "multi": _("Several of a list"), "yes_no": _("Yes or no"),
    "derived": _("Computed"), "file": _("Uploaded file"),
}  # fmt: skip
# What may be chosen in a field, as the design writes it and in words.
_CHOICES: dict[str, dict[str, Promise]] = {
    "type": _TYPES,
    "value_type": {
        name: _TYPES[name] for name in ("integer", "float", "date", "text", "code", "yes_no")
    },
    "required": {
        "always": _("Always needed"), "conditional": _("Needed when the rule says so"),
        "optional": _("May stay empty"),
    },
    "identifying": {
        "direct": _("Names the person"), "quasi": _("Identifies together with others"),
        "date": _("A date, shifted in exports"), "free_text": _("Free text, scanned in exports"),
        "open": _("Identifies nobody though its type suggests it"), "none": _("Identifies nobody"),
    },
    "repeats": {
        "none": _("Once a subject"), "event": _("Once a visit"), "form": _("Several in a visit"),
    },
    "severity": {
        "hard": _("Not saved"), "soft": _("Saved with a query"), "silent": _("On the data manager's list"),
    },
    "category": {"inclusion": _("Inclusion"), "exclusion": _("Exclusion")},
    "kind": {
        "scheduled": _("Scheduled"), "unscheduled": _("Unscheduled"),
        "common": _("Of the whole participation"),
    },
}  # fmt: skip
_FLAG: dict[str, Promise] = {"true": _("Yes"), "false": _("No")}


# What people call the parts of a field's place in the document.
WORDS: dict[str, Promise] = {
    "after": _("after"), "anchor": _("Counted from"), "applies_when": _("Applies when"),
    "before": _("before"), "category": _("Category"), "check": _("What must hold"),
    "codelist": _("Codelist"), "critical": _("Critical"), "day": _("Planned day"),
    "decimals": _("Decimals"), "decision": _("Decision"), "default": _("as built"),
    "domain": _("SDTM domain"), "en": _("English"), "filled_by": _("Filled by"),
    "fixed_unit": _("No other unit"), "form": _("Form"), "formula": _("Formula"),
    "hard": _("Possible values"), "hint": _("Hint"), "how": _("How"),
    "identifying": _("Identifies people"), "items": _("Items"), "kind": _("Kind"),
    "label": _("Label"), "max": _("to"), "max_length": _("Characters at most"),
    "max_repeats": _("Repeats at most"), "message": _("Message"), "min": _("from"),
    "name": _("Name"), "note": _("Note"), "oddity": _("Number of the open question"),
    "oid": _("OID"), "pattern": _("Pattern"), "platform": _("Kept by the platform"),
    "provisional": _("Waits for confirmation"), "read_only": _("Not typed by people"),
    "registered": _("As registered"), "registered_check": _("Check as registered"),
    "repeat_every_days": _("Repeated every so many days"), "repeating": _("Repeating"),
    "repeats": _("Repeats"), "required": _("Required"), "required_when": _("Required when"),
    "rule": _("Rule"), "severity": _("Severity"), "show_when": _("Shown when"),
    "soft": _("Expected values"), "source": _("Source"), "standard": _("Standard variable"),
    "text": _("Text"), "type": _("Type"), "unit": _("Unit"), "units": _("Other units"),
    "value": _("Formula"), "value_type": _("Type of the value"), "version": _("Version"),
    "when": _("Asked when"), "window": _("Window in days"), "zh": _("Chinese"),
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One field: its name as in the workbook, what it holds, and what may be chosen, each with its words."""

    name: str
    words: str
    value: str
    choices: tuple[tuple[str, str], ...]
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
    return " · ".join(str(WORDS.get(each, each)) for each in path)


def _choices(document: Document, column: Column) -> tuple[tuple[str, str], ...]:
    if column.head == "codelist":
        held = document["codelists"]
        return tuple((oid, _named(oid, held[oid])) for oid in sorted(held))
    if column.head == "form":
        forms = [(str(each.get("oid")), each) for each in document["forms"]]
        return tuple((oid, _named(oid, each)) for oid, each in forms)
    words = _FLAG if column.kind == "flag" else _CHOICES.get(column.head, {})
    return tuple((name, str(said)) for name, said in words.items())


def _named(oid: str, thing: Mapping[str, Any]) -> str:
    """Return the name in the reader's language and the OID; the OID alone while there is no name."""
    name = thing.get("name") or {}
    said = name.get("en" if get_language() == "en" else "zh") if isinstance(name, dict) else ""
    return f"{said} · {oid}" if said else oid


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
        raise InvalidInput(gettext("Some fields need correction."), fields=wrong)
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
