"""The data of many subjects as a snapshot freezes them: a few queries a batch, nothing of an open pass."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch
from django.utils import timezone

from edc.exchange import record
from edc.models import (
    Allocation,
    Coding,
    Disagreement,
    FormInstance,
    ItemValue,
    Observation,
    Query,
    QueryMessage,
    SafetyCase,
    SafetyReport,
    Signature,
    Stream,
    StudyEvent,
    Subject,
)

PASS_STREAMS = (Stream.ENTRY_1, Stream.ENTRY_2, Stream.ADJUDICATED, Stream.IMPORT)
SEALED = (FormInstance.Status.DISAGREEMENT, *FormInstance.FINAL)
Parts = dict[int, list[Any]]


def records_of(subjects: Sequence[Subject]) -> list[record.Subject]:
    """Return each subject with its visits, forms, final values, sealed passes, queries and signatures.

    With it its allocation, without the code of a blinded list, and its serious adverse events.
    Values are of completed forms only, passes of forms of which both are sealed; a reader's record is in
    neither. The subjects need `site` and `study` loaded.
    """
    ids = [subject.pk for subject in subjects]
    rows = FormInstance.objects.filter(subject__in=ids).select_related("design_version")
    forms = list(rows.defer("design_version__content").order_by("event_id", "ordinal", "repeat_key", "pk"))
    held = _Held([form for form in forms if form.status in SEALED], [form.pk for form in forms])
    by_event: Parts = defaultdict(list)
    for form in forms:
        by_event[form.event_id].append(_form(form, held))
    events: Parts = defaultdict(list)
    for event in StudyEvent.objects.filter(subject__in=ids).order_by("ordinal", "event_oid", "repeat_key"):
        events[event.subject_id].append(_event(event, tuple(by_event[event.pk])))
    allocations, cases = _allocations(ids), _cases(ids)
    return [
        _subject(subject, tuple(events[subject.pk]), allocations.get(subject.pk), tuple(cases[subject.pk]))
        for subject in subjects
    ]


def _subject(
    subject: Subject,
    events: tuple[record.Event, ...],
    allocation: record.Allocated | None,
    cases: tuple[record.Case, ...],
) -> record.Subject:
    return record.Subject(
        key=subject.subject_key, site=subject.site.oid, status=subject.status, cohort=subject.cohort,
        synthetic=subject.synthetic, enrolled_at=stamp(timezone.localtime(subject.created_at)), events=events,
        allocation=allocation, cases=cases,
    )  # fmt: skip


def _event(event: StudyEvent, forms: tuple[record.Form, ...]) -> record.Event:
    return record.Event(
        oid=event.event_oid, repeat_key=event.repeat_key, planned=_day(event.planned_date),
        held=_day(event.held_on), status=event.status, missed_reason=event.missed_reason, forms=forms,
    )  # fmt: skip


def _form(form: FormInstance, held: "_Held") -> record.Form:
    final = form.status in FormInstance.FINAL
    return record.Form(
        number=form.pk, oid=form.form_oid, repeat_key=form.repeat_key, status=form.status,
        entry_mode=form.entry_mode, design=form.design_version.number, content_sha256=form.content_sha256,
        values=tuple(held.values[form.pk]) if final else (), passes=tuple(held.passes[form.pk]),
        resolved=tuple(held.resolved[form.pk]), signed=tuple(held.signed[form.pk]),
        queries=tuple(held.queries[form.pk]), coded=tuple(held.coded[form.pk]) if final else (),
    )  # fmt: skip


class _Held:
    """What hangs on the forms, by form id."""

    def __init__(self, sealed: list[FormInstance], everything: list[int]) -> None:
        ids = [form.pk for form in sealed]
        self.values = _values(ids)
        self.passes = _passes(ids)
        self.resolved = _resolved(ids)
        self.signed = _signed(ids)
        self.queries = _queries(everything)
        self.coded = _coded(ids)


def _values(forms: list[int]) -> Parts:
    found: Parts = defaultdict(list)
    columns = (
        "form_id", "item_oid", "row_key", "value", "missing", "raw", "unit", "standard_value", "derived",
        "formula", "source_stream", "updated_at",
    )  # fmt: skip
    rows = ItemValue.objects.filter(form__in=forms).order_by("form_id", "item_oid", "row_key")
    for form, *fields, updated in rows.values_list(*columns):
        parts: list[Any] = [*fields, stamp(updated)]
        found[form].append(record.Value(*parts))
    return found


def _passes(forms: list[int]) -> Parts:
    found: Parts = defaultdict(list)
    rows = Observation.objects.filter(form__in=forms, stream__in=PASS_STREAMS).select_related("observer")
    for each in rows.order_by("form_id", "stream", "revision"):
        found[each.form_id].append(
            record.Pass(
                each.stream, each.revision, each.observer.username, stamp(each.sealed_at), each.reason,
                each.content.get("items", {}), each.content.get("rows", {}),
            )
        )  # fmt: skip
    return found


def _resolved(forms: list[int]) -> Parts:
    found: Parts = defaultdict(list)
    rows = Disagreement.objects.filter(form__in=forms, resolution__isnull=False)
    for each in rows.select_related("resolution__resolver").order_by("form_id", "pk"):
        said = each.resolution
        found[each.form_id].append(
            record.Resolved(
                each.path, each.kind, each.first_entry, each.second_entry, said.choice, said.entry,
                said.reason, said.resolver.username, stamp(said.resolved_at),
            )
        )  # fmt: skip
    return found


def _signed(forms: list[int]) -> Parts:
    found: Parts = defaultdict(list)
    rows = Signature.objects.filter(form__in=forms).select_related("signer").order_by("form_id", "pk")
    for each in rows:
        found[each.form_id].append(
            record.Signed(
                each.signer.username, each.signer_name, each.role, each.meaning, stamp(each.signed_at),
                each.content_sha256, stamp(each.broken_at), each.broken_reason,
            )
        )  # fmt: skip
    return found


def _queries(forms: list[int]) -> Parts:
    found: Parts = defaultdict(list)
    turns = Prefetch("messages", QueryMessage.objects.select_related("author").order_by("pk"))
    rows = Query.objects.filter(form__in=forms).select_related("raised_by").prefetch_related(turns)
    for each in rows.order_by("form_id", "pk"):
        said = tuple(
            record.Turn(turn.author.username, turn.text, turn.state_after, stamp(turn.written_at))
            for turn in each.messages.all()
        )
        found[each.form_id].append(
            record.Asked(
                each.pk, each.path, each.origin, each.rule_oid, each.state, each.text_zh, each.text_en,
                each.raised_by.username, stamp(each.raised_at), said,
            )
        )  # fmt: skip
    return found


def _coded(forms: list[int]) -> Parts:
    """Return the approved codes of values that still say what was coded."""
    now = ItemValue.objects.filter(
        form=OuterRef("form"), item_oid=OuterRef("item_oid"), row_key=OuterRef("row_key"), missing="",
        raw=OuterRef("verbatim"),
    )  # fmt: skip
    rows = Coding.objects.filter(Exists(now), form__in=forms, ended_at=None, approved_at__isnull=False)
    found: Parts = defaultdict(list)
    rows = rows.select_related("term__dictionary", "coder", "approver")
    for each in rows.order_by("form_id", "item_oid", "row_key"):
        term = each.term
        found[each.form_id].append(
            record.Coded(
                each.path, term.dictionary.kind, term.dictionary.version, term.level, term.code, term.zh,
                term.en, tuple((up[0], up[1], up[2], up[3]) for up in term.path), each.coder.username,
                each.approver.username if each.approver else "", stamp(each.approved_at),
            )
        )  # fmt: skip
    return found


def _allocations(subjects: list[int]) -> dict[int, record.Allocated]:
    rows = Allocation.objects.filter(subject__in=subjects).select_related("row__list", "allocated_by")
    return {
        each.subject_id: record.Allocated(
            each.row.list.sha256, each.row.list.blinded, each.row.stratum, each.row.sequence,
            "" if each.row.list.blinded else each.row.arm, each.allocated_by.username,
            stamp(timezone.localtime(each.allocated_at)), each.stratum_from_data,
        )
        for each in rows
    }  # fmt: skip


def _cases(subjects: list[int]) -> Parts:
    rows = SafetyCase.objects.filter(subject__in=subjects).order_by("subject_id", "number")
    rows = rows.prefetch_related("reports__submitted_by", "reports__decisions__by")
    found: Parts = defaultdict(list)
    for each in rows:
        found[each.subject_id].append(
            record.Case(
                str(each), each.form_id, each.row_key, each.state, each.by_hand, stamp(each.aware_at),
                stamp(each.opened_at), stamp(each.due_at), each.closed_reason,
                tuple(_reported(report) for report in each.reports.all()),
            )
        )  # fmt: skip
    return found


def _reported(report: SafetyReport) -> record.Reported:
    return record.Reported(
        report.number, report.final, stamp(report.due_at), report.is_late, report.submitted_by.username,
        stamp(report.submitted_at),
        tuple(
            record.Decided(
                each.causality, each.expectedness, each.action, each.comment, each.by.username,
                stamp(each.at),
            )
            for each in report.decisions.all()
        ),
    )  # fmt: skip


def stamp(moment: datetime | None) -> str:
    """Return a moment as ISO 8601 with its offset from UTC; empty for none."""
    return moment.isoformat() if moment else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
