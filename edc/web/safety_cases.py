"""The list of serious adverse events: what is owed, what waits for the committee, what is ended; CSV."""

from collections.abc import Iterator

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from edc import access
from edc.models import SafetyCase, SafetyDecision, SafetyReport, Study
from edc.selectors import sites_visible_to
from edc.selectors.safety_cases import REPORTING, cases_visible_to, clock_words, overdue, waiting
from edc.web.answers import study_where
from edc.web.context import current_site
from edc.web.csv_answer import csv_answer
from edc.web.request import Request
from edc.web.safety_words import term_of

PAGE_SIZE = 50
State = SafetyCase.State
SHAPES = {State.OPEN: "todo", State.REPORTED: "wait", State.CLOSED: "done", State.WITHDRAWN: "na"}
HEAD = (
    "case", "site", "subject", "state", "aware_at", "report", "final", "due_at", "submitted_at", "late",
    "submitted_by", "term", "causality", "expectedness", "action", "comment", "decided_by", "decided_at",
)  # fmt: skip


def _shows() -> dict[str, tuple[Promise, Q]]:
    """Return the tabs of the list; what is overdue depends on the moment."""
    return {
        "running": (_("Not ended"), Q(state__in=(State.OPEN, State.REPORTED))),
        "overdue": (_("Past the deadline"), overdue()),
        "committee": (_("For the committee"), waiting()),
        "ended": (_("Ended cases"), Q(state__in=(State.CLOSED, State.WITHDRAWN))),
        "all": (_("All"), Q()),
    }


@require_safe
@login_required
def cases(request: Request) -> HttpResponse:
    """List the cases of the person's sites, those whose deadline is nearest first."""
    study = study_where(request, "view_data")
    asked, shows = {"show": "running"} | request.GET.dict(), _shows()
    show = asked["show"] if asked["show"] in shows else "running"
    found, now = _matching(request, study, asked), timezone.now()
    nearest = found.filter(shows[show][1]).order_by("due_at", "-pk")
    page = Paginator(nearest, PAGE_SIZE).get_page(asked.get("page"))
    context = {
        "page": page,
        "lines": [
            (each, SHAPES[State(each.state)], term_of(each), *clock_words(each.due_at, now))
            for each in page.object_list
        ],
        "shows": [(name, word, found.filter(q).count()) for name, (word, q) in shows.items()],
        "show": show,
        "asked": asked,
        "sites": sites_visible_to(request.user, study) if current_site(request) is None else [],
        "tab": "safety",
        "reporting": access.sites_for(request.user, *REPORTING).filter(study=study).exists(),
        "now": timezone.localtime(now).strftime("%Y-%m-%dT%H:%M"),
    }
    return render(request, "edc/safety_cases.html", context)


def _matching(request: Request, study: Study, asked: dict[str, str]) -> QuerySet[SafetyCase]:
    found, site = cases_visible_to(request.user, study), current_site(request)
    if site:
        found = found.filter(subject__site=site)
    if asked.get("site"):
        found = found.filter(subject__site__oid=asked["site"])
    if asked.get("q"):
        found = found.filter(subject__subject_key__icontains=asked["q"].strip())
    reports = SafetyReport.objects.select_related("submitted_by")
    decisions = SafetyDecision.objects.select_related("by")
    return found.prefetch_related(
        "form__values",
        Prefetch("reports", reports.prefetch_related(Prefetch("decisions", decisions))),
    )


@require_safe
@login_required
def cases_csv(request: Request) -> StreamingHttpResponse:
    """Return every report and decision of the cases under the filters but the state, as CSV."""
    study = study_where(request, "view_data")
    found = _matching(request, study, request.GET.dict()).order_by("pk")
    # Read here: the answer is sent when the rows of the person's sites are hidden again.
    return csv_answer(f"{study.oid}-sae", HEAD, list(_rows(found)))


def _rows(found: QuerySet[SafetyCase]) -> Iterator[list[object]]:
    for case in found:
        head = [case, case.subject.site.oid, case.subject.subject_key, case.state, case.aware_at.isoformat()]
        for report in case.reports.all() or [None]:
            if report is None:
                yield [*head, *[""] * 13]
                continue
            told = [
                report.number, report.final, report.due_at.isoformat() if report.due_at else "",
                report.submitted_at.isoformat(), report.is_late, report.submitted_by, term_of(case, report),
            ]  # fmt: skip
            for each in report.decisions.all() or [None]:
                said = (
                    [
                        each.causality,
                        each.expectedness,
                        each.action,
                        each.comment,
                        each.by,
                        each.at.isoformat(),
                    ]
                    if each
                    else [""] * 6
                )
                yield [*head, *told, *said]
