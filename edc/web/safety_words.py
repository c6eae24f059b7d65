"""Safety cases in words: what a report says item by item, what the form says, and where they differ."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from edc.design.items import ItemDef
from edc.models import SafetyCase, SafetyReport
from edc.safety.serious import NEEDED, asked_items
from edc.selectors.evaluation import in_language
from edc.selectors.owed import event_name
from edc.selectors.safety_cases import proposals, serious_events
from edc.web.item_choices import MOST_IN_SELECT, Choice, choices_of
from edc.web.value_text import value_text

TERMS = ("AEDECOD", "AETERM")


@dataclass(frozen=True)
class Field:
    """One item of a report to fill in: its choices, what the form says, what the last report said."""

    name: str
    label: str
    kind: str
    required: bool
    choices: list[Choice]
    offered: str | list[str]
    offered_words: str
    said: str | list[str]

    @property
    def offered_json(self) -> str:
        """What the form says as the page's script reads it, a list told from a text."""
        return json.dumps(self.offered, ensure_ascii=False)


@dataclass(frozen=True)
class Told:
    """One item of a report as it was sent, and what the form says by now where that differs."""

    label: str
    words: str
    from_form: bool
    now: str


def fields_of(case: SafetyCase, last: SafetyReport | None) -> list[Field]:
    """Return the items to fill in; a follow-up begins with what the last report said, the first one empty."""
    offered = proposals(case)
    said = last.content["items"] if last else {}
    return [
        Field(
            item.name, in_language(item.label), _kind(case, item), item.standard in NEEDED,
            _offered(case, item), offered.get(item.name, ""), _words(case, item, offered.get(item.name)),
            said.get(item.name, {}).get("raw") or "",
        )
        for item in _items(case)
    ]  # fmt: skip


def told_by(case: SafetyCase, report: SafetyReport) -> list[Told]:
    """Return the items of a report as sent."""
    offered, said = proposals(case), report.content["items"]
    lines = []
    for item in _items(case):
        held: Mapping = said.get(item.name, {})
        words, now = _words(case, item, held.get("raw")), _words(case, item, offered.get(item.name))
        lines.append(
            Told(in_language(item.label), words, held.get("origin") == "form", now if now != words else "")
        )
    return lines


def events_to_tie(case: SafetyCase) -> list[tuple[str, str]]:
    """Return the events that the subject's forms call serious, save the case's own, with their words."""
    found = []
    for form, key in serious_events(case.subject):
        if (form.pk, key) == (case.form_id, case.row_key):
            continue
        words = term_of(SafetyCase(form=form, row_key=key))
        found.append(
            (f"{form.pk}:{key}", " · ".join(filter(None, (words, event_name(form.event, form), key))))
        )
    return found


def term_of(case: SafetyCase, report: SafetyReport | None = None) -> str:
    """Return the term of the event as the report says it, without one as the completed form says it."""
    held = (
        {name: each["raw"] for name, each in report.content["items"].items()} if report else proposals(case)
    )
    by_standard = {item.standard: item for item in _items(case)}
    found = (by_standard[name] for name in TERMS if name in by_standard)
    words = (_words(case, item, held.get(item.name)) for item in found)
    return next((each for each in words if each), "")


def _items(case: SafetyCase) -> tuple[ItemDef, ...]:
    return asked_items(case.form.design_version.design.form(case.form.form_oid))


def _kind(case: SafetyCase, item: ItemDef) -> str:
    if item.answer_type == "multi":
        return "multi"
    return "code" if _offered(case, item) else "long" if item.answer_type == "long_text" else "text"


def _offered(case: SafetyCase, item: ItemDef) -> list[Choice]:
    """Return the choices of a list that a page can show whole; a term of CTCAE is written as it is called."""
    choices = choices_of(case.form, item)
    return choices if len(choices) <= MOST_IN_SELECT else []


def _words(case: SafetyCase, item: ItemDef, raw: str | list[str] | None) -> str:
    """Return an entry in the reader's language: a code by its label, a moment without its zone's number."""
    if item.answer_type == "datetime" and isinstance(raw, str):
        try:
            raw = timezone.localtime(datetime.fromisoformat(raw)).strftime("%Y-%m-%d %H:%M")
        except ValueError:
            return raw
    return value_text(case.form.design_version.design, item, raw)
