"""Deviations: those that people noted or decided, and those that the platform finds in the data.

What is found is computed at every look and becomes a row only when somebody decides about it, so a corrected
date takes a finding away by itself. See docs/decisions/0024-findings-become-deviations-by-decision.md.
"""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from edc import access
from edc.models import (
    AuditEvent,
    Consent,
    Deviation,
    FormInstance,
    ItemValue,
    Study,
    StudyEvent,
    Subject,
    User,
)
from edc.numbers import whole_number
from edc.selectors.consents import Period, periods_of, signed_of_another_version
from edc.selectors.visit_windows import OUTSIDE

Source = Deviation.Source
Facts = dict[str, str | None]
PERMISSIONS = ("view_subjects",)
# The form on which sites enter deviations. Its texts stay on it, where a redaction finds them.
DAY, CATEGORY, MAJOR = "IT.DV.DVSTDAT", "IT.DV.DVDECOD", "IT.DV.DVMAJ"
CATEGORIES = {
    "ELIG": Deviation.Category.ELIGIBILITY,
    "CONSENT": Deviation.Category.CONSENT,
    "IMAGING": Deviation.Category.PROCEDURE,
    "VISIT": Deviation.Category.SCHEDULE,
    "SPEC": Deviation.Category.SPECIMEN,
    "PRIV": Deviation.Category.PRIVACY,
}


@dataclass(frozen=True)
class Finding:
    """Something the data show that may be a deviation; `facts` is what it rests on, in ISO dates."""

    source: str
    subject: Subject
    occurred_on: date
    facts: Facts = field(default_factory=dict)
    event: StudyEvent | None = None
    consent: Consent | None = None
    form: FormInstance | None = None

    @property
    def key(self) -> str:
        """The finding's name in addresses: its source and the row it stands on."""
        return f"{self.source}-{(self.form or self.event or self.consent or self.subject).pk}"


def deviations_visible_to(actor: User | None, study: Study | None = None) -> QuerySet[Deviation]:
    """Return the deviations of the actor's sites."""
    found = Deviation.objects.filter(subject__site__in=access.sites_for(actor, *PERMISSIONS))
    if study is not None:
        found = found.filter(subject__study=study)
    found = found.select_related(
        "subject__site",
        "subject__design_version",
        "event__subject",
        "consent",
        "form",
        "noted_by",
        "decided_by",
    )
    return found.defer("subject__design_version__content")


def findings(subjects: QuerySet[Subject], *, undecided: bool = True) -> list[Finding]:
    """Return what the data show, the newest first; only what nobody has decided about, unless told."""
    found = [
        *_visits(subjects, undecided), *_breaches(subjects, undecided), *_overrides(subjects, undecided),
        *_versions(subjects, undecided), *_forms(subjects, undecided),
    ]  # fmt: skip
    return sorted(found, key=lambda each: (each.occurred_on, each.key), reverse=True)


def finding_of(subjects: QuerySet[Subject], key: str) -> Finding | None:
    """Return the finding of a name among these subjects, decided or not."""
    source, _dash, written = key.partition("-")
    pk = whole_number(written)
    if pk is None:
        return None
    by = {Source.OVERRIDE.value: "pk", Source.VERSION.value: "consents", Source.FORM.value: "forms"}
    narrowed = subjects.filter(**{by.get(source, "events"): pk})
    return next((each for each in findings(narrowed, undecided=False) if each.key == key), None)


def _visits(subjects: QuerySet[Subject], undecided: bool) -> list[Finding]:
    missed = Q(status=StudyEvent.Status.MISSED)
    events = StudyEvent.objects.filter(OUTSIDE | missed, subject__in=subjects)
    if undecided:
        events = events.exclude(OUTSIDE, deviations__source=Source.WINDOW)
        events = events.exclude(missed, deviations__source=Source.MISSED)
    events = events.select_related("subject__site", "subject__design_version")
    return [_visit(each) for each in events.defer("subject__design_version__content")]


def _visit(event: StudyEvent) -> Finding:
    if event.status == StudyEvent.Status.MISSED:
        day = event.window_end or event.planned_date or timezone.localdate(event.subject.created_at)
        return Finding(Source.MISSED, event.subject, day, {"reason": event.missed_reason}, event)
    names = ("held_on", "window_start", "window_end")
    facts: Facts = {name: _iso(getattr(event, name)) for name in names}
    assert event.held_on is not None  # noqa: S101 - the query asked for a held visit
    return Finding(Source.WINDOW, event.subject, event.held_on, facts, event)


def _breaches(subjects: QuerySet[Subject], undecided: bool) -> list[Finding]:
    """Return the visits on days for which the subject did not consent."""
    events = StudyEvent.objects.filter(~Q(consent_breach=""), subject__in=subjects, held_on__isnull=False)
    if undecided:
        events = events.exclude(deviations__source=Source.CONSENT)
    events = events.select_related("subject__site", "subject__design_version")
    found = list(events.defer("subject__design_version__content"))
    periods = periods_of({event.subject_id for event in found})
    return [_breach(event, periods.get(event.subject_id, Period())) for event in found]


def _breach(event: StudyEvent, period: Period) -> Finding:
    assert event.held_on is not None  # noqa: S101 - the query asked for a held visit
    days = {"held_on": event.held_on, "consent_from": period.first, "consent_to": period.last}
    facts: Facts = {name: _iso(day) for name, day in days.items()}
    return Finding(Source.CONSENT, event.subject, event.held_on, facts, event)


def _versions(subjects: QuerySet[Subject], undecided: bool) -> list[Finding]:
    """Return the consents to a version that was not the one in effect at the site on the day."""
    decided = Deviation.objects.filter(source=Source.VERSION, subject__in=subjects) if undecided else None
    known = set(decided.values_list("consent", flat=True)) if decided is not None else set()
    return [
        Finding(
            Source.VERSION, each.subject, day,
            {"signed_on": day.isoformat(), "signed": each.version.label, "in_effect": label}, consent=each,
        )
        for each, day, label in signed_of_another_version(subjects)
        if each.pk not in known
    ]  # fmt: skip


def _forms(subjects: QuerySet[Subject], undecided: bool) -> list[Finding]:
    """Return the completed forms on which a site entered a deviation."""
    forms = FormInstance.objects.filter(subject__in=subjects, values__item_oid=DAY)
    if undecided:
        forms = forms.exclude(deviations__source=Source.FORM)
    forms = forms.select_related("event", "subject__site", "subject__design_version")
    forms = forms.defer("subject__design_version__content")
    rows = ItemValue.objects.filter(form__in=forms, item_oid__in=(DAY, CATEGORY, MAJOR), value__isnull=False)
    told = {(form, oid): str(value) for form, oid, value in rows.values_list("form", "item_oid", "value")}
    return [_form(form, told) for form in forms.distinct() if (form.pk, DAY) in told]


def _form(form: FormInstance, told: dict[tuple[int, str], str]) -> Finding:
    severity = Deviation.Severity.MAJOR if told.get((form.pk, MAJOR)) == "Y" else Deviation.Severity.MINOR
    category = CATEGORIES.get(told.get((form.pk, CATEGORY), ""), Deviation.Category.OTHER)
    facts: Facts = {"category": str(category), "severity": str(severity)}
    day = date.fromisoformat(told[form.pk, DAY])
    return Finding(Source.FORM, form.subject, day, facts, form.event, form=form)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _overrides(subjects: QuerySet[Subject], undecided: bool) -> list[Finding]:
    """Return who was enrolled with a reason; the reason stays with the subject, whatever happened since."""
    enrolled = Q(status__in=(Subject.Status.ENROLLED, Subject.Status.COMPLETED)) | Q(
        departures__taken_back_at=None, departures__status_before=Subject.Status.ENROLLED
    )
    found = subjects.filter(enrolled).exclude(status_reason="")
    if undecided:
        found = found.exclude(deviations__source=Source.OVERRIDE)
    days = _enrolled_on(found)
    return [
        Finding(
            Source.OVERRIDE, each, days.get(each.pk) or timezone.localdate(each.created_at),
            {"reason": each.status_reason},
        )
        for each in found.distinct()
    ]  # fmt: skip


def _enrolled_on(subjects: QuerySet[Subject]) -> dict[int | None, date]:
    confirmed = AuditEvent.objects.filter(action="subject.confirmed", subject__in=subjects.values("pk"))
    rows = confirmed.order_by("pk").values_list("subject", "at")
    return {subject: timezone.localdate(at) for subject, at in rows}
