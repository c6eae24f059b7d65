"""Visits by their windows: past due, in time, due soon, without a day, outside; by site, with CSV."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from edc.models import Site, Study, StudyEvent, Subject
from edc.selectors import sites_visible_to, subjects_visible_to
from edc.selectors.visit_names import visit_name, visit_number
from edc.selectors.visit_windows import SHOWS, days_outside, visits_by_window
from edc.web.answers import study_where
from edc.web.context import current_site
from edc.web.csv_answer import csv_answer
from edc.web.request import Request

PAGE_SIZE = 50
WITHIN = ("7", "14", "30", "90")
WORDS: dict[str, tuple[str, Promise]] = {
    "overdue": ("over", _("Past due")),
    "open": ("due", _("In time")),
    "soon": ("wait", _("Due soon")),
    "undated": ("todo", _("Day not noted")),
    "outside": ("diff", _("Outside the window")),
}
HEAD = (
    "site", "subject", "status", "visit_oid", "visit_repeat", "visit_number", "visit", "planned",
    "window_start", "window_end", "entry_due", "held_on", "list", "days",
)  # fmt: skip


@dataclass(frozen=True)
class VisitLine:
    """One visit of a list; `days` late, left, until the window begins, or outside it."""

    event: StudyEvent
    name: str
    number: str
    days: int | None
    told: str


@require_safe
@login_required
def visit_windows(request: Request) -> HttpResponse:
    """List the visits of the person's sites, those first that are longest overdue."""
    study = study_where(request, "view_subjects")
    asked = request.GET.dict()
    show = asked.get("show", "")
    show = show if show in SHOWS else SHOWS[0]
    subjects = _subjects(request, study, asked)
    within = _within(asked)
    page = Paginator(visits_by_window(subjects, show, within=int(within)), PAGE_SIZE).get_page(
        asked.get("page")
    )
    counts = _counts(subjects, int(within))
    sites = list(sites_visible_to(request.user, study)) if current_site(request) is None else []
    today = timezone.localdate()
    context = {
        "page": page,
        "lines": [_line(each, show, today) for each in page.object_list],
        "shape": WORDS[show][0],
        "shows": [(name, WORDS[name][1], sum(counts[name].values())) for name in SHOWS],
        "show": show,
        "asked": asked | {"within": within},
        "withins": WITHIN,
        "sites": sites,
        "by_site": _by_site(sites, counts),
        "tab": "visits",
    }
    return render(request, "edc/visit_windows.html", context)


@require_safe
@login_required
def visit_windows_csv(request: Request) -> StreamingHttpResponse:
    """Return every list under the filters as CSV, or the one asked for."""
    study = study_where(request, "view_subjects")
    asked = request.GET.dict()
    shows = [name for name in SHOWS if asked.get("show", name) == name]
    subjects, within = _subjects(request, study, asked), int(_within(asked))
    return csv_answer(f"{study.oid}-visits", HEAD, _rows(subjects, shows, within))


def _rows(subjects: QuerySet[Subject], shows: list[str], within: int) -> Iterator[list[object]]:
    today = timezone.localdate()
    for show in shows:
        for event in visits_by_window(subjects, show, within=within).iterator(chunk_size=500):
            line, subject = _line(event, show, today), event.subject
            yield [
                subject.site.oid, subject.subject_key, event.status, event.event_oid, event.repeat_key,
                line.number, line.name, event.planned_date, event.window_start, event.window_end,
                event.entry_due, event.held_on, show, "" if line.days is None else line.days,
            ]  # fmt: skip


def _subjects(request: Request, study: Study, asked: dict[str, str]) -> QuerySet[Subject]:
    found = subjects_visible_to(request.user, study, current_site(request))
    if asked.get("site"):
        found = found.filter(site__oid=asked["site"])
    if asked.get("q"):
        found = found.filter(subject_key__icontains=asked["q"].strip())
    return found


def _within(asked: dict[str, str]) -> str:
    return asked["within"] if asked.get("within") in WITHIN else "14"


def _counts(subjects: QuerySet[Subject], within: int) -> dict[str, dict[str, int]]:
    """Return by list, by site, how many visits it holds."""
    found = {name: visits_by_window(subjects, name, within=within).order_by() for name in SHOWS}
    return {
        name: dict(each.values_list("subject__site__oid").annotate(count=Count("pk")))
        for name, each in found.items()
    }


def _by_site(sites: list[Site], counts: dict[str, dict[str, int]]) -> list[tuple[Site, list]]:
    """Return each site that has any, with each list and its number there."""
    rows = [(site, [(name, counts[name].get(site.oid, 0)) for name in SHOWS]) for site in sites]
    return [row for row in rows if any(number for _name, number in row[1])]


def _line(event: StudyEvent, show: str, today: date) -> VisitLine:
    design = event.subject.design_version.design
    if not design.has_event(event.event_oid):
        design = event.forms.select_related("design_version").order_by("pk")[0].design_version.design
    days, told = _days(event, show, today)
    return VisitLine(event, visit_name(design, event), visit_number(design, event), days, told)


def _days(event: StudyEvent, show: str, today: date) -> tuple[int | None, str]:
    """Return the number that counts in the list, and in words."""
    if show == "overdue" and event.entry_due:
        days = (today - event.entry_due).days
        return days, ngettext("%(days)d day late", "%(days)d days late", days) % {"days": days}
    if show == "open" and event.entry_due:
        days = (event.entry_due - today).days
        return days, ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}
    if show == "soon" and event.window_start:
        days = (event.window_start - today).days
        return days, ngettext("in %(days)d day", "in %(days)d days", days) % {"days": days}
    if show == "outside":
        days = days_outside(event)
        return days, f"{days:+d}"
    return None, ""
