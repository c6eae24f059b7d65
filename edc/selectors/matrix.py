"""The subject matrix: one row a subject, one chip a visit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edc import access, extensions
from edc.design.protocol import EventDef
from edc.extensions import Chip
from edc.models import FormInstance, Query, Site, Study, StudyEvent, Subject, User
from edc.selectors.activation import version_in_use
from edc.selectors.matrix_filters import filtered
from edc.selectors.matrix_states import LEFT
from edc.selectors.next_step import next_step

Status = FormInstance.Status
PAGE_SIZE = 30
# From the state that asks most to the one that asks least: the visit's chip is the first that any form has.
ASKS_MOST: tuple[tuple[str, str], ...] = (
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
SHOWN_AS: dict[str, str] = dict(ASKS_MOST) | {Status.NOT_DONE: "miss"}
FINAL = (*FormInstance.FINAL, Status.NOT_DONE)


@dataclass(frozen=True)
class Column:
    """A visit of the schedule; `when` tells its planned day and window."""

    event_oid: str
    name: str
    when: str


@dataclass(frozen=True)
class Cell:
    """One visit of one subject: the event if there is one, its chip, and how many queries are unsettled."""

    event: StudyEvent | None
    chip: Chip
    queries: int = 0


@dataclass(frozen=True)
class Row:
    """A subject with a cell for each column, a chip (or None) for each higher app that has any on this page,
    the count of unsettled queries, and what to do next.
    """

    subject: Subject
    cells: list[Cell]
    chips: list[Chip | None]
    queries: int
    next_step: Chip


@dataclass(frozen=True)
class Matrix:
    """A page of the matrix; `parts` heads the columns of the higher apps."""

    columns: list[Column]
    parts: list[str]
    rows: list[Row]
    page: Page


def matrix(
    actor: User, study: Study, site: Site | None = None, filters: Mapping[str, str] | None = None
) -> Matrix:
    """Return a page of the subjects the actor may see, with a constant number of queries.

    Filters: `q` part of a screening number, `status` of the subject, `cohort`, `site`, `show` (overdue, due,
    images, queries, disagreement), `sort` (key, -key, -created, next), `page`.
    """
    filters = filters or {}
    found = filtered(actor, study, site, filters)
    page: Page[Subject] = Paginator(cast(QuerySet[Subject], found), PAGE_SIZE).get_page(filters.get("page"))
    subjects = list(page.object_list)
    columns = _columns(study, site, subjects)
    events = _events_of(subjects)
    parts = [(part, part.subject_chips(actor=actor, subjects=subjects)) for part in extensions.registered()]
    parts = [(part, found) for part, found in parts if found]
    chips = [found for _part, found in parts]
    rows = [_row(subject, columns, events.get(subject.pk, {}), chips) for subject in subjects]
    return Matrix(columns, [_heading(part, actor, study) for part, _found in parts], rows, page)


def _heading(part: extensions.Extension, actor: User, study: Study) -> str:
    tabs = part.tabs(held=access.held_in(actor, study))
    return tabs[0].label if tabs else _("State")


def _columns(study: Study, site: Site | None, subjects: Sequence[Subject]) -> list[Column]:
    """Return the visits of the version in use, then those that subjects of the page have by another."""
    version = version_in_use(study, site)
    designs = [version.design] if version else []
    designs += {each.design_version_id: each.design_version.design for each in subjects}.values()
    language = translation.get_language() or ""
    events = {event.oid: event for design in reversed(designs) for event in design.events}
    order = dict.fromkeys(event.oid for design in designs for event in design.events)
    planned = [events[oid] for oid in order]
    return [Column(event.oid, event.name.in_language(language), _when(event)) for event in planned]


def _when(event: EventDef) -> str:
    if event.kind == "common":
        return _("any time")
    if event.day is None:
        return _("unscheduled")
    window = event.window
    if window is None:
        return _("day %(day)d") % {"day": event.day}
    if window.before == window.after:
        return _("day %(day)d ± %(days)d") % {"day": event.day, "days": window.after}
    return _("day %(day)d − %(before)d + %(after)d") % {
        "day": event.day, "before": window.before, "after": window.after,
    }  # fmt: skip


Shown = tuple[StudyEvent, list[FormInstance]]


def _events_of(subjects: list[Subject]) -> dict[int, dict[str, Shown]]:
    """Return subject id to event OID to the occurrence to show, with its forms: the earliest that is not
    finished, else the last.
    """
    unsettled = Q(queries__state__in=Query.UNSETTLED)
    forms = FormInstance.objects.filter(subject__in=subjects).annotate(unsettled=Count("queries", unsettled))
    by_event: dict[int, list[FormInstance]] = {}
    for form in forms:
        by_event.setdefault(form.event_id, []).append(form)
    shown: dict[int, dict[str, Shown]] = {}
    for event in StudyEvent.objects.filter(subject__in=subjects).order_by("repeat_key"):
        held = shown.setdefault(event.subject_id, {})
        if event.event_oid not in held or _is_finished(held[event.event_oid][1]):
            held[event.event_oid] = event, by_event.get(event.pk, [])
    return shown


def _is_finished(forms: Sequence[FormInstance]) -> bool:
    return all(form.status in FINAL for form in _owed(forms))


def _owed(forms: Sequence[FormInstance]) -> list[FormInstance]:
    begun = (Status.TO_DO, Status.NOT_DONE)
    return [form for form in forms if form.mandatory or form.status not in begun]


def _row(subject: Subject, columns: list[Column], events: dict[str, Shown], chips: list) -> Row:
    cells = [_cell(subject, events.get(column.event_oid)) for column in columns]
    queries = sum(cell.queries for cell in cells)
    visits = [(column.name, cell.chip) for column, cell in zip(columns, cells, strict=True)]
    return Row(
        subject=subject,
        cells=cells,
        chips=[found.get(subject.pk) for found in chips],
        queries=queries,
        next_step=next_step(subject, visits, queries),
    )


def _cell(subject: Subject, shown: Shown | None) -> Cell:
    if shown is None:
        return Cell(None, Chip("na", _("Not applicable")))
    event, forms = shown
    queries = sum(int(vars(form)["unsettled"]) for form in forms)
    status, text = event_chip(event, forms, timezone.localdate())
    if subject.status in LEFT and status in ("todo", "over", "due", "wait"):
        status, text = "na", _("Not applicable")
    return Cell(event, Chip(status, text, reverse("event", args=[event.pk])), queries)


def event_chip(event: StudyEvent, forms: Sequence[FormInstance], today: date) -> tuple[str, str]:
    """Return the shape and word of a visit: what its owed forms ask for most, else how its window stands."""
    if event.status == StudyEvent.Status.MISSED:
        return "miss", _("Not done")
    statuses = {form.status for form in _owed(forms)}
    first = next((status for status, _code in ASKS_MOST if status in statuses), None)
    if first is None:
        return "na", _("Not applicable")
    if first == Status.TO_DO and event.status == StudyEvent.Status.PLANNED:
        return _planned_chip(event, today)
    return SHOWN_AS[first], str(Status(first).label)


def _planned_chip(event: StudyEvent, today: date) -> tuple[str, str]:
    if event.entry_due and event.entry_due < today:
        late = (today - event.entry_due).days
        return "over", ngettext("%(days)d day late", "%(days)d days late", late) % {"days": late}
    if event.window_start and event.window_start > today:
        return "wait", _("Not in the window yet")
    if event.entry_due:
        left = (event.entry_due - today).days
        return "due", ngettext("%(days)d day left", "%(days)d days left", left) % {"days": left}
    return "todo", _("To do")
