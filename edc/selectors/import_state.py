"""What an import finds: the named subjects with their visits, forms, records and values, in a few queries."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from edc import audit
from edc.models import (
    FormInstance,
    Hold,
    ImportedSubject,
    ItemValue,
    Level,
    Observation,
    Study,
    StudyEvent,
    Subject,
)
from edc.rules.subject_values import FinalRecord
from edc.selectors.holds import in_force
from edc.selectors.records import HOLDING
from edc.selectors.subject_values import event_date, final_record, record_numbers

CHUNK = 500
Place = tuple[str, int, str, int]


@dataclass
class HeldForm:
    """A form there is, the record that holds (empty before completion) and every row key ever used.

    `closed`: a freeze or lock reaches the form; `closed_paths`: one reaches these items alone.
    """

    form: FormInstance
    record: dict = field(default_factory=lambda: {"items": {}, "rows": {}})
    used_rows: dict[str, set[str]] = field(default_factory=dict)
    values: dict[str, ItemValue] = field(default_factory=dict)
    closed: bool = False
    closed_paths: set[str] = field(default_factory=set)


@dataclass
class HeldSubject:
    """A subject as it stands: forms by (event, repeat, form, repeat), and the records that rules read."""

    subject: Subject
    forms: dict[Place, HeldForm] = field(default_factory=dict)
    events: dict[tuple[str, int], StudyEvent] = field(default_factory=dict)
    records: list[FinalRecord] = field(default_factory=list)
    closed: bool = False

    def fingerprint(self) -> list[object]:
        """Return what a dry run depends on: nothing may differ at the commit."""
        forms = sorted(
            (
                each.form.pk, each.form.status, each.form.content_sha256, each.form.design_version_id,
                each.closed, sorted(each.closed_paths),
            )
            for each in self.forms.values()
        )  # fmt: skip
        events = sorted(
            (each.pk, each.status, str(each.held_on), str(each.planned_date)) for each in self.events.values()
        )
        return [self.subject.pk, self.subject.site_id, self.subject.status, forms, events]


def subjects_named(study: Study, keys: Iterable[str]) -> dict[str, Subject]:
    """Return the study's subjects by the key that a file gives: screening number, else key of the source."""
    wanted = sorted(set(keys))
    found: dict[str, Subject] = {}
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        links = ImportedSubject.objects.filter(study=study, source_key__in=part)
        found |= {each.source_key: each.subject for each in links.select_related("subject__site")}
        subjects = study.subjects.filter(subject_key__in=part).select_related("site")
        found |= {each.subject_key: each for each in subjects}
    return found


def held_subjects(subjects: Iterable[Subject]) -> dict[int, HeldSubject]:
    """Return each subject with all it holds, by id; six queries for five hundred subjects."""
    everybody = list(subjects)
    held: dict[int, HeldSubject] = {}
    for start in range(0, len(everybody), CHUNK):
        held |= _held(everybody[start : start + CHUNK])
    return held


def _held(subjects: list[Subject]) -> dict[int, HeldSubject]:
    held = {each.pk: HeldSubject(each) for each in subjects}
    for event in StudyEvent.objects.filter(subject__in=subjects):
        held[event.subject_id].events[event.event_oid, event.repeat_key] = event
    forms = FormInstance.objects.filter(subject__in=subjects).select_related("event", "design_version")
    forms = forms.defer("design_version__content")
    by_pk: dict[int, HeldForm] = {}
    for form in forms.order_by("event__ordinal", "event__repeat_key", "repeat_key", "pk"):
        place = (form.event.event_oid, form.event.repeat_key, form.form_oid, form.repeat_key)
        by_pk[form.pk] = held[form.subject_id].forms[place] = HeldForm(form)
    for value in ItemValue.objects.filter(form__subject__in=subjects).order_by("pk"):
        by_pk[value.form_id].values[value.path] = value
    for observation in Observation.objects.filter(form__subject__in=subjects).order_by("pk"):
        _add(by_pk[observation.form_id], observation)
    _close(held)
    for each in held.values():
        each.records = _final_records(each)
    return held


def _close(held: dict[int, HeldSubject]) -> None:
    """Mark what the freezes and locks in force reach."""
    subjects = [each.subject for each in held.values()]
    reaching = in_force().filter(study__in={each.study_id for each in subjects})
    by_subject: dict[int | None, list[Hold]] = {}
    for hold in reaching.filter(Q(subject__isnull=True) | Q(subject__in=subjects)):
        by_subject.setdefault(hold.subject_id, []).append(hold)
    for one in held.values():
        own = by_subject.get(one.subject.pk, [])
        wide = [each for each in by_subject.get(None, []) if each.site_id in (None, one.subject.site_id)]
        one.closed = bool(wide) or any(each.level == Level.SUBJECT for each in own)
        for each in one.forms.values():
            each.closed = one.closed or any(_reaches(hold, each.form) for hold in own)
            each.closed_paths = {
                hold.path for hold in own if hold.level == Level.ITEM and hold.form_id == each.form.pk
            }


def _reaches(hold: Hold, form: FormInstance) -> bool:
    if hold.level == Level.VISIT:
        return hold.event_id == form.event_id
    return hold.level == Level.FORM and hold.form_id == form.pk


def closed_sites(study: Study) -> set[int]:
    """Return the ids of the sites that a freeze or lock of the site or the study reaches."""
    holds = in_force().filter(study=study, level__in=(Level.STUDY, Level.SITE))
    reached = list(holds.values_list("level", "site_id"))
    if any(level == Level.STUDY for level, _site in reached):
        return set(study.sites.values_list("pk", flat=True))
    return {site for _level, site in reached}


def _add(held: HeldForm, observation: Observation) -> None:
    for group, keys in observation.content.get("rows", {}).items():
        held.used_rows.setdefault(group, set()).update(keys)
    if observation.stream in HOLDING and held.form.status in FormInstance.FINAL:
        held.record = observation.content


def _final_records(held: HeldSubject) -> list[FinalRecord]:
    forms = [each.form for each in held.forms.values()]
    numbers = record_numbers(forms)
    return [
        final_record(each.form, numbers[each.form.pk], list(each.values.values()))
        for each in held.forms.values()
        if each.form.status in FormInstance.FINAL
    ]


def number_of(held: HeldSubject, form: FormInstance) -> int:
    """Return which one the form is among the subject's records of its kind."""
    return record_numbers([each.form for each in held.forms.values()])[form.pk]


def day_of(form: FormInstance) -> date | None:
    """Return the day under which rules see the form's record."""
    return event_date(form)


def underlying_sha256(held: Iterable[HeldSubject], unknown: Iterable[str]) -> str:
    """Return the hash of all that a dry run looked at, the keys without a subject included."""
    return audit.digest([sorted(each.fingerprint() for each in held), sorted(set(unknown))])
