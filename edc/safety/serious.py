"""Serious adverse events in a study's forms: where a form says so, what a report asks, and its deadlines.

An item is known by its CDASH name (`standard`), so a design may call it as it likes.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from edc.design.items import FormDef, ItemDef
from edc.rules.subject_values import split_path

SERIOUS = "AESER"
CRITERIA = "AESDTH..AESMIE"
# What a report asks, in its order; those named here must be answered.
ASKED = (
    "AETERM", "AEDECOD", "AETOXGR", "AESTDAT", "AEENDAT", CRITERIA, "AEREL", "AEACN", "AEOUT",
)  # fmt: skip
NEEDED = frozenset({"AETERM", "AETOXGR", "AESTDAT", CRITERIA, "AEREL", "AEOUT"})
GRAVE = frozenset({"DTH", "LIFE"})
GRAVE_FOLLOW_UP = timedelta(days=7)
FOLLOW_UP = timedelta(days=15)


def serious_item(form: FormDef) -> ItemDef | None:
    """Return the item in which the form says that an event is serious; None for every other form."""
    return next((item for item in form.items if item.standard == SERIOUS), None)


def serious_rows(form: FormDef, values: Mapping[str, object]) -> frozenset[str]:
    """Return the keys of the rows that say serious; the key is empty where the form asks of one event."""
    item = serious_item(form)
    if item is None:
        return frozenset()
    places = ((split_path(path), value) for path, value in values.items())
    return frozenset(key or "" for (oid, key), value in places if oid == item.oid and value == "Y")


def asked_items(form: FormDef) -> tuple[ItemDef, ...]:
    """Return the items of the form that a report asks as well, in the report's order."""
    by_standard = {item.standard: item for item in form.items if item.standard}
    return tuple(by_standard[name] for name in ASKED if name in by_standard)


def follow_up_due(criteria: Iterable[str], after: datetime) -> datetime:
    """Return when the next report is owed: after 7 days where the event is fatal or threatens life, or 15."""
    return after + (GRAVE_FOLLOW_UP if GRAVE & set(criteria) else FOLLOW_UP)
