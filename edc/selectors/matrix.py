"""The subject matrix: one row a subject, one chip a visit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edc import extensions
from edc.extensions import Chip
from edc.models import FormInstance, Query, Site, Study, StudyEvent, Subject, User
from edc.selectors.visible import subjects_visible_to

Status = FormInstance.Status
PAGE_SIZE = 30
# From the state that asks most to the one that asks least: the visit's chip is the first that any form has.
ASKS_MOST = (
    (Status.DISAGREEMENT, "diff"),
    (Status.FIRST_DRAFT, "draft"),
    (Status.SECOND_DRAFT, "second"),
    (Status.FIRST_SEALED, "second"),
    (Status.TO_DO, "todo"),
    (Status.COMPLETE, "done"),
    (Status.VERIFIED, "sdv"),
    (Status.SIGNED, "signed"),
    (Status.LOCKED, "locked"),
)
SHOWN_AS = dict(ASKS_MOST) | {Status.NOT_DONE: "miss"}
FINAL = (*FormInstance.FINAL, Status.NOT_DONE)


@dataclass(frozen=True)
class Column:
    """A visit of the schedule."""

    event_oid: str
    name: str


@dataclass(frozen=True)
class Cell:
    """One visit of one subject: the event if there is one, its chip, and how many queries are unsettled."""

    event: StudyEvent | None
    chip: Chip
    queries: int = 0


@dataclass(frozen=True)
class Row:
    """A subject with a cell for each column, the higher apps' chips, and the count of unsettled queries."""

    subject: Subject
    cells: list[Cell]
    chips: list[Chip]
    queries: int


@dataclass(frozen=True)
class Matrix:
    """A page of the matrix."""

    columns: list[Column]
    rows: list[Row]
    page: Page


def matrix(
    actor: User, study: Study, site: Site | None = None, filters: Mapping[str, str] | None = None
) -> Matrix:
    """Return a page of the subjects the actor may see, with a constant number of queries.

    Filters: `q` part of a screening number, `status` of the subject, `cohort`, `show` (overdue, queries,
    disagreement), `sort` (key, -key), `page`.
    """
    filters = filters or {}
    found = _filtered(subjects_visible_to(actor, study, site), filters)
    page = Paginator(found, PAGE_SIZE).get_page(filters.get("page"))
    subjects = list(page.object_list)
    columns = _columns(study)
    events = _events_of(subjects)
    chips = [part.subject_chips(actor=actor, subjects=subjects) for part in extensions.registered()]
    rows = [_row(subject, columns, events.get(subject.pk, {}), chips) for subject in subjects]
    return Matrix(columns, rows, page)


def _filtered(subjects: QuerySet[Subject], filters: Mapping[str, str]) -> QuerySet[Subject]:
    today = timezone.localdate()
    wanted = {"subject_key__icontains": filters.get("q"), "status": filters.get("status")}
    wanted |= {"cohort": filters.get("cohort")}
    subjects = subjects.filter(**{name: value for name, value in wanted.items() if value})
    unsettled = Q(forms__queries__state__in=(Query.State.OPEN, Query.State.ANSWERED))
    late = Q(events__status=StudyEvent.Status.PLANNED, events__window_end__lt=today)
    shows = {"overdue": late, "queries": unsettled, "disagreement": Q(forms__status=Status.DISAGREEMENT)}
    if filters.get("show") in shows:
        subjects = subjects.filter(shows[filters["show"]])
    order = "-subject_key" if filters.get("sort") == "-key" else "subject_key"
    return subjects.order_by(order, "pk").distinct()


def _columns(study: Study) -> list[Column]:
    version = study.design_versions.first()
    language = translation.get_language() or ""
    events = version.design.events if version else ()
    return [Column(event.oid, event.name.in_language(language)) for event in events]


def _events_of(subjects: list[Subject]) -> dict[int, dict[str, StudyEvent]]:
    """Return subject id to event OID to the occurrence to show: the earliest that is not finished,
    else the last.
    """
    unsettled = Q(queries__state__in=(Query.State.OPEN, Query.State.ANSWERED))
    forms = FormInstance.objects.filter(subject__in=subjects).annotate(unsettled=Count("queries", unsettled))
    by_event: dict[int, list[FormInstance]] = {}
    for form in forms:
        by_event.setdefault(form.event_id, []).append(form)
    shown: dict[int, dict[str, StudyEvent]] = {}
    for event in StudyEvent.objects.filter(subject__in=subjects).order_by("repeat_key"):
        event.matrix_forms = by_event.get(event.pk, [])
        held = shown.setdefault(event.subject_id, {})
        if event.event_oid not in held or _is_finished(held[event.event_oid]):
            held[event.event_oid] = event
    return shown


def _is_finished(event: StudyEvent) -> bool:
    return all(form.status in FINAL for form in _owed_forms(event))


def _owed_forms(event: StudyEvent) -> list[FormInstance]:
    begun = (Status.TO_DO, Status.NOT_DONE)
    return [form for form in event.matrix_forms if form.mandatory or form.status not in begun]


def _row(subject: Subject, columns: list[Column], events: dict[str, StudyEvent], chips: list) -> Row:
    cells = [_cell(events.get(column.event_oid)) for column in columns]
    parts = [found[subject.pk] for found in chips if subject.pk in found]
    return Row(subject, cells, parts, sum(cell.queries for cell in cells))


def _cell(event: StudyEvent | None) -> Cell:
    if event is None:
        return Cell(None, Chip("na", _("Not applicable")))
    queries = sum(form.unsettled for form in event.matrix_forms)
    status, text = _chip(event, timezone.localdate())
    return Cell(event, Chip(status, text, reverse("event", args=[event.pk])), queries)


def _chip(event: StudyEvent, today: date) -> tuple[str, str]:
    if event.status == StudyEvent.Status.MISSED:
        return "miss", _("Not done")
    statuses = {form.status for form in _owed_forms(event)}
    first = next((status for status, _code in ASKS_MOST if status in statuses), None)
    if first is None:
        return "na", _("Not applicable")
    if first == Status.TO_DO and event.status == StudyEvent.Status.PLANNED:
        return _planned_chip(event, today)
    return SHOWN_AS[first], str(Status(first).label)


def _planned_chip(event: StudyEvent, today: date) -> tuple[str, str]:
    if event.window_end and event.window_end < today:
        late = (today - event.window_end).days
        return "over", ngettext("%(days)d day late", "%(days)d days late", late) % {"days": late}
    if event.window_start and event.window_start > today:
        return "wait", _("Not in the window yet")
    if event.window_end:
        left = (event.window_end - today).days
        return "due", ngettext("%(days)d day left", "%(days)d days left", left) % {"days": left}
    return "todo", _("To do")
