"""When a subject's visits are due: planned from anchor dates, asked about where they lay outside."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from edc import audit, jobs
from edc.design.study import StudyDesign
from edc.models import DesignVersion, ItemValue, Query, StudyEvent, Subject
from edc.selectors.query_list import OPEN_STATES
from edc.selectors.visit_names import visit_number
from edc.selectors.visit_windows import days_outside
from edc.services.consent.period import ask_about_consent
from edc.services.query.system import raise_system_query, settle_system_query, settled_text

# The enrolment date as entered; before it is final, the day when the screening number was given
# stands for it.
ENROLMENT_ITEM = "IT.ENR.ENRDAT"
RETROSPECTIVE_ENTRY = timedelta(days=30)
WINDOW_RULE = "VISIT.WINDOW"
Planned = tuple[date | None, date | None, date | None]


@dataclass(frozen=True)
class Anchors:
    """The dates from which a subject's visits are counted, as far as they are known, by item or name."""

    enrolment: date
    dates: Mapping[str, date]

    @property
    def index(self) -> date | None:
        return self.dates.get("index")

    def of(self, name: str | None, held: Mapping[str, date]) -> date | None:
        if name == "enrolment":
            return self.enrolment
        return self.dates.get(name or "") or held.get(name or "")


def anchors_of(subject: Subject) -> Anchors:
    """Read the anchor dates from the subject's final values.

    Of an item that was filled several times the first in the order of the schedule, and of its rows, counts.
    """
    design = subject.design_version.design
    named = {"index": design.index_item, "consent": design.consent_item}
    own = {item: item for event in design.events if (item := event.anchor or "").startswith("IT.")}
    names: dict[str, str] = {**named, **own}
    dates = _first_days(subject, {ENROLMENT_ITEM, *names.values()})
    created = timezone.localdate(subject.created_at)
    known = {name: dates[oid] for name, oid in names.items() if name and oid in dates}
    return Anchors(dates.get(ENROLMENT_ITEM) or created, known)


def _first_days(subject: Subject, oids: Iterable[str | None]) -> dict[str, date]:
    found = ItemValue.objects.filter(form__subject=subject, item_oid__in=oids, value__isnull=False)
    order = ("form__event__ordinal", "form__event__repeat_key", "form__repeat_key")
    rows = sorted(
        found.values_list(*order, "row_key", "pk", "item_oid", "value"),
        key=lambda row: (*row[:3], int(row[3] or 0), row[4]),
    )
    dates: dict[str, date] = {}
    for *_place, oid, value in rows:
        day = _day(value)
        if day:
            dates.setdefault(oid, day)
    return dates


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None  # an incomplete partial date anchors nothing


def plan_events(*, subject: Subject) -> None:
    """Bring every visit's planned day and window up to the anchors known now, the held ones' too.

    A visit that took place, or did not, keeps the rule of the design version that planned it. A query asks
    about each visit held outside its window and closes itself when that is no longer so.
    """
    anchors = anchors_of(subject)
    reached: dict[str, date] = {}
    events = list(subject.events.order_by("ordinal", "repeat_key"))
    for event in events:
        version = _version(event, subject)
        if version.design.has_event(event.event_oid):
            definition = version.design.event(event.event_oid)
            if definition.kind == "scheduled":
                _plan(event, version, anchors.of(definition.anchor, reached))
        happened = event.held_on or event.planned_date
        if happened and event.repeat_key == 1:
            reached[event.event_oid] = happened
    _number(subject.design_version.design, events)
    _ask(subject, events)
    ask_about_consent(subject=subject)


def _version(event: StudyEvent, subject: Subject) -> DesignVersion:
    keeps = event.status != StudyEvent.Status.PLANNED and event.planned_by_id != subject.design_version_id
    return event.planned_by if keeps and event.planned_by is not None else subject.design_version


def _plan(event: StudyEvent, version: DesignVersion, anchor: date | None) -> None:
    definition = version.design.event(event.event_oid)
    before: Planned = (event.planned_date, event.window_start, event.window_end)
    planned = start = end = None
    if anchor is not None and definition.day is not None:
        repeats = (event.repeat_key - 1) * (definition.repeat_every_days or 0)
        planned = anchor + timedelta(days=definition.day + repeats)
    if planned and definition.window:
        start = planned - timedelta(days=definition.window.before)
        end = planned + timedelta(days=definition.window.after)
    after: Planned = (planned, start, end)
    if before == after and event.planned_by_id == version.pk:
        return
    event.planned_date, event.window_start, event.window_end = after
    event.planned_by, event.entry_due = version, _entry_due(event, end)
    event.save(update_fields=["planned_date", "window_start", "window_end", "entry_due", "planned_by"])
    if before != after and event.status != StudyEvent.Status.PLANNED:
        actor = jobs.system_user("checks")
        audit.record(
            actor=actor, action="event.replanned", target=event, before=_told(before), after=_told(after)
        )


def _told(planned: Planned) -> dict[str, str | None]:
    names = ("planned", "window_start", "window_end")
    return {name: day.isoformat() if day else None for name, day in zip(names, planned, strict=True)}


def _entry_due(event: StudyEvent, window_end: date | None) -> date | None:
    """Return the end of the window; what was over at the registration is due a month after it."""
    registered = timezone.localdate(event.subject.created_at)
    if window_end is None or window_end >= registered:
        return window_end
    return registered + RETROSPECTIVE_ENTRY


def _number(design: StudyDesign, events: Sequence[StudyEvent]) -> None:
    """Give each unscheduled visit its number for good: 2.1 is the first added after visit 2."""
    known = [event for event in events if design.has_event(event.event_oid)]
    for event in known:
        if event.number or design.event(event.event_oid).kind != "unscheduled":
            continue
        stem = _last_before(design, known, event.held_on or timezone.localdate())
        taken = [each.number.rpartition(".") for each in events]
        used = [int(number) for head, _dot, number in taken if head == stem]
        event.number = f"{stem}.{max(used, default=0) + 1}"
        event.save(update_fields=["number"])


def _last_before(design: StudyDesign, events: Iterable[StudyEvent], day: date) -> str:
    """Return the number of the last scheduled visit up to the day, 0 where there is none."""
    found = [(day, 0, 0, "0")]
    for event in events:
        when = event.held_on or event.planned_date
        number = "" if event.number else visit_number(design, event)
        if number and when and when <= day:
            found.append((when, event.ordinal + 1, event.repeat_key, number))
    return max(found[1:] or found)[3]


def _ask(subject: Subject, events: Sequence[StudyEvent]) -> None:
    """Make the open queries about windows those of the visits that lie outside theirs now."""
    found = Query.objects.filter(form__subject=subject, rule_oid=WINDOW_RULE, state__in=OPEN_STATES)
    asked = {query.form.event_id: query for query in found.select_related("form")}
    for event in events:
        query, days = asked.get(event.pk), days_outside(event)
        zh, en = window_question(days)
        if query and (not days or query.text_en != en):
            settle_system_query(form=query.form, path="", rule_oid=WINDOW_RULE, text=settled_text())
        if days and not (query and query.text_en == en):
            _raise(event, zh, en)


def window_question(days: int) -> tuple[str, str]:
    """Return what is asked of a visit so many days outside its window, in Chinese and English.

    It holds no date, so an export may carry it whatever it does to the dates.
    """
    far, late = abs(days), days > 0
    zh = f"访视日期{'晚' if late else '早'}于访视窗{far}天。日期有误时改正访视日期；无误时回复超窗的原因。"
    when = f"{far} day{'s' if far > 1 else ''} {'after' if late else 'before'} its window"
    fix = "Correct the day of the visit if it is wrong; if it is right, answer why."
    return zh, f"The visit was held {when}. {fix}"


def _raise(event: StudyEvent, zh: str, en: str) -> None:
    """Ask on the first form that the visit must have; a visit without forms is told by the lists alone."""
    form = event.forms.order_by("-mandatory", "ordinal", "repeat_key", "pk").first()
    if form is not None:
        raise_system_query(
            form=form, path="", rule_oid=WINDOW_RULE, text_zh=zh, text_en=en, origin=Query.Origin.SCHEDULE
        )
