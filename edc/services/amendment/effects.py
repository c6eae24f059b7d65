"""What an amendment did to a subject: two states compared, each difference one named effect."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

KINDS = {
    "form_migrated": _("Forms moved to the new version"),
    "form_added": _("Forms newly owed"),
    "form_withdrawn": _("Empty forms no longer asked"),
    "form_locked": _("Frozen or locked forms that stay"),
    "form_under_entry": _("Forms under entry that stay until complete"),
    "event_added": _("Visits added"),
    "event_withdrawn": _("Empty visits no longer planned"),
    "event_planned": _("Visits with another day or window"),
    "value_dropped": _("Values dropped: their item is gone"),
    "value_unreadable": _("Values dropped: not possible in the new version"),
    "value_converted": _("Values converted or read otherwise"),
    "value_hidden": _("Values hidden by logic"),
    "value_missing": _("Items newly missing"),
    "value_out_of_range": _("Values newly out of range"),
    "derived_changed": _("Derived values that change"),
    "query_opened": _("Queries opened"),
    "query_closed": _("Queries closed"),
    "signature_broken": _("Signatures broken"),
    "sdv_broken": _("Source data verifications broken"),
    "review_broken": _("Reviews broken"),
}
MISSING_RULE = "AMENDMENT.MISSING"
UNREADABLE_RULE = "AMENDMENT.UNREADABLE"
LIMIT_RULES = ("hard_limit", "soft_limit")


@dataclass(frozen=True)
class Effect:
    """One thing that an amendment does: of which kind, where, and for computed numbers from what to what.

    Entered values are never told here: a masked value must not live on in a rehearsal.
    """

    kind: str
    place: str
    path: str = ""
    rule: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Notes:
    """What the states alone do not tell: forms that stay and why, paths whose value could not be read."""

    stay: Mapping[str, str]
    unreadable: frozenset[tuple[str, str]]
    gone: frozenset[tuple[str, str]]


def effects_of(before: Mapping[str, dict], after: Mapping[str, dict], notes: Notes) -> list[Effect]:
    """Return every effect, in a stable order."""
    found = [Effect(kind, place) for place, kind in notes.stay.items()]
    found += _places("event", before["events"], after["events"])
    found += _places("form", before["forms"], after["forms"])
    for event in before["events"].keys() & after["events"].keys():
        if before["events"][event] != after["events"][event]:
            found.append(Effect("event_planned", event))
    for place in before["forms"].keys() & after["forms"].keys():
        found += _form(place, before["forms"][place], after["forms"][place], notes)
    return sorted(found, key=lambda each: (each.kind, each.place, each.path, each.rule))


def counts_of(effects: list[Effect]) -> dict[str, int]:
    return dict(sorted(Counter(each.kind for each in effects).items()))


def as_json(effects: list[Effect]) -> list[dict]:
    return [{name: held for name, held in asdict(each).items() if held} for each in effects]


def _places(what: str, before: Mapping, after: Mapping) -> list[Effect]:
    added = [Effect(f"{what}_added", place) for place in after if place not in before]
    return added + [Effect(f"{what}_withdrawn", place) for place in before if place not in after]


def _form(place: str, before: dict, after: dict, notes: Notes) -> Iterator[Effect]:
    if before["version"] != after["version"]:
        yield Effect("form_migrated", place)
    yield from _values(place, before["values"], after["values"], notes)
    yield from _queries(place, before["queries"], after["queries"])
    for _number in range(before["signatures"] - after["signatures"]):
        yield Effect("signature_broken", place)
    for path in (Counter(before["verified"]) - Counter(after["verified"])).elements():
        yield Effect("sdv_broken", place, path)
    for review in (Counter(before["reviews"]) - Counter(after["reviews"])).elements():
        yield Effect("review_broken", place, rule=str(review))


_VALUE, _STANDARD, _MISSING, _RAW, _UNIT, _DERIVED = range(6)


def _values(place: str, before: dict, after: dict, notes: Notes) -> Iterator[Effect]:
    for path in before.keys() | after.keys():
        old, new = before.get(path), after.get(path)
        if (old or after[path])[_DERIVED]:
            if _known(old) != _known(new):
                yield Effect("derived_changed", place, path, "", _text(old), _text(new))
        elif new is None:
            yield Effect(_why_gone(place, path, notes), place, path)
        elif old is not None and old[:3] != new[:3]:
            yield Effect("value_converted", place, path)


def _why_gone(place: str, path: str, notes: Notes) -> str:
    if (place, path) in notes.unreadable:
        return "value_unreadable"
    return "value_dropped" if (place, path) in notes.gone else "value_hidden"


def _known(row: list | None) -> Any:
    return row[_VALUE] if row else None


def _text(row: list | None) -> str:
    return "" if row is None or row[_VALUE] is None else str(row[_VALUE])[:80]


def _queries(place: str, before: list, after: list) -> Iterator[Effect]:
    old, new = (Counter((path, rule) for path, rule, *_rest in rows) for rows in (before, after))
    for path, rule in (new - old).elements():
        yield Effect("query_opened", place, path, rule)
        if rule == MISSING_RULE:
            yield Effect("value_missing", place, path)
        if rule in LIMIT_RULES:
            yield Effect("value_out_of_range", place, path, rule)
    for path, rule in (old - new).elements():
        yield Effect("query_closed", place, path, rule)
