"""What people entered, decided, asked and signed, as rows of text tables; of the full profile alone."""

import json
from collections.abc import Iterator
from typing import Any, Final

from edc.exchange.record import Event, Form, Subject

_PLACE: Final = ("SITE", "SUBJECT", "EVENT", "EVENT_REPEAT", "FORM", "FORM_REPEAT")
PASS_HEAD: Final = (
    *_PLACE, "STREAM", "REVISION", "OBSERVER", "SEALED_AT", "REASON", "ITEM", "ROW", "RAW", "UNIT", "MISSING",
)  # fmt: skip
RESOLUTION_HEAD: Final = (
    *_PLACE, "PATH", "KIND", "FIRST", "SECOND", "CHOICE", "VALUE", "REASON", "RESOLVER", "RESOLVED_AT",
)  # fmt: skip
QUERY_HEAD: Final = (
    *_PLACE, "QUERY", "PATH", "ORIGIN", "RULE", "STATE", "TEXT_ZH", "TEXT_EN", "RAISED_BY", "RAISED_AT",
    "TURN", "AUTHOR", "TURN_TEXT", "STATE_AFTER", "WRITTEN_AT",
)  # fmt: skip
SIGNATURE_HEAD: Final = (
    *_PLACE, "SIGNER", "NAME", "ROLE", "MEANING", "SIGNED_AT", "CONTENT_SHA256", "BROKEN_AT", "BROKEN_REASON",
)  # fmt: skip


SUBJECT_HEAD: Final = ("SITE", "SUBJECT", "STATUS", "COHORT", "ENROLLED", "VISITS", "COMPLETE_FORMS")


def subject_row(subject: Subject) -> list[str | int]:
    """Return the subject's row under `SUBJECT_HEAD`."""
    complete = sum(form.is_final for _event, form in subject.forms())
    day = subject.enrolled_at[:10]
    return [subject.site, subject.key, subject.status, subject.cohort, day, len(subject.events), complete]


def _place(subject: Subject, event: Event, form: Form) -> list[str]:
    return [subject.site, subject.key, event.oid, str(event.repeat_key), form.oid, str(form.repeat_key)]


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def pass_rows(subject: Subject) -> Iterator[list[str]]:
    """Yield a row for each item of each sealed pass, under `PASS_HEAD`; one row for an empty pass."""
    for event, form in subject.forms():
        for each in form.passes:
            head = [*_place(subject, event, form), each.stream, str(each.revision), each.observer]
            head += [each.sealed_at, each.reason]
            for path, entry in sorted(each.items.items()) or [("", {})]:
                oid, _bracket, row = path.partition("[")
                raw = entry.get("raw")
                shown = "|".join(raw) if isinstance(raw, list) else raw or ""
                tail = [shown, entry.get("unit") or "", entry.get("missing") or ""]
                yield [*head, oid, row.rstrip("]"), *tail]


def resolution_rows(subject: Subject) -> Iterator[list[str]]:
    """Yield a row for each resolved disagreement, under `RESOLUTION_HEAD`."""
    for event, form in subject.forms():
        for each in form.resolved:
            yield [
                *_place(subject, event, form), each.path, each.kind, _text(each.first), _text(each.second),
                each.choice, _text(each.entry), each.reason, each.resolver, each.resolved_at,
            ]  # fmt: skip


def query_rows(subject: Subject) -> Iterator[list[str]]:
    """Yield a row for each turn of each query, under `QUERY_HEAD`; a query without a turn is one row."""
    for event, form in subject.forms():
        for each in form.queries:
            head = [
                *_place(subject, event, form), str(each.number), each.path, each.origin, each.rule_oid,
                each.state, each.text_zh, each.text_en, each.raised_by, each.raised_at,
            ]  # fmt: skip
            if not each.turns:
                yield [*head, "0", "", "", "", ""]
            for number, turn in enumerate(each.turns, start=1):
                yield [*head, str(number), turn.author, turn.text, turn.state_after, turn.written_at]


def signature_rows(subject: Subject) -> Iterator[list[str]]:
    """Yield a row for each signature, broken ones too, under `SIGNATURE_HEAD`."""
    for event, form in subject.forms():
        for each in form.signed:
            yield [
                *_place(subject, event, form), each.signer, each.name, each.role, each.meaning,
                each.signed_at, each.content_sha256, each.broken_at, each.broken_reason,
            ]  # fmt: skip
