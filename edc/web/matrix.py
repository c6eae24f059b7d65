"""The subject × visit matrix, and giving a new subject a screening number."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from edc import access
from edc.models import Site, Study, Subject
from edc.selectors import matrix, sites_visible_to
from edc.selectors.activation import version_in_use
from edc.selectors.matrix import Cell, Column, Row
from edc.selectors.matrix_filters import COUNTED_TO, shown_counts
from edc.services.enrol import enrol_subject
from edc.web.answers import go, study_where
from edc.web.context import current_site
from edc.web.home import sees_queries
from edc.web.request import Request

SHOWN: dict[str, Promise] = {
    "overdue": gettext_lazy("Overdue"),
    "due": gettext_lazy("In window"),
    "images": gettext_lazy("Images missing"),
    "queries": gettext_lazy("With queries"),
    "disagreement": gettext_lazy("Disagreement"),
}
LEGEND = ("todo", "draft", "done", "sdv", "signed", "locked", "due", "over", "miss", "na")


@require_safe
@login_required
def subjects(request: Request) -> HttpResponse:
    """Show a page of the matrix; the address holds filter, order, page and row height."""
    study = study_where(request, "view_subjects")
    site = current_site(request)
    asked = {"sort": "next"} | request.GET.dict()
    found = matrix(request.user, study, site, asked)
    context = {
        "matrix": found,
        "rows": [(row, explained(row, found.columns)) for row in found.rows],
        "page": found.page,
        "asked": asked,
        "loose": asked.get("rows") == "loose",
        "shows": shows(request, study, site),
        "show_site": site is None,
        "statuses": Subject.Status.choices,
        "cohorts": cohorts_of(study),
        "sites": sites_visible_to(request.user, study),
        "enrolling": enrolling_sites(request, study),
        "legend": LEGEND,
        "sees_queries": sees_queries(request.user, study),
        "tab": "matrix",
    }
    return render(request, "edc/subjects.html", context)


def shows(request: Request, study: Study, site: Site | None) -> list[dict[str, object]]:
    counts = shown_counts(request.user, study, site)
    found = [{"name": "", "label": _("All"), "count": counts["all"]}]
    return found + [
        {
            "name": name,
            "label": label,
            "count": min(counts[name], COUNTED_TO),
            "more": counts[name] > COUNTED_TO,
        }
        for name, label in SHOWN.items()
        if name in counts
    ]


def cohorts_of(study: Study) -> list[tuple[str, object]]:
    """Return the cohorts of the design in use with their names, each once."""
    version = version_in_use(study)
    arms = version.design.arms if version else ()
    return list({arm.cohort: arm.name for arm in arms if arm.cohort}.items())


def enrolling_sites(request: Request, study: Study) -> list[Site]:
    return list(access.sites_for(request.user, "enrol_subject").filter(study=study, active=True))


@dataclass(frozen=True)
class ShownCell:
    """A cell with the heading and the sentence that the foot of the page shows for it."""

    cell: Cell
    heading: str
    sentence: str


def explained(row: Row, columns: list[Column]) -> list[ShownCell]:
    key = row.subject.subject_key
    pairs = zip(columns, row.cells, strict=True)
    return [ShownCell(cell, f"{key} {column.name}", sentence(cell)) for column, cell in pairs]


def sentence(cell: Cell) -> str:
    """Return window, day and queries of a visit in one line."""
    event = cell.event
    if event is None:
        return _("This visit is not planned for the subject.")
    parts = [cell.chip.text]
    if event.held_on:
        parts.append(_("held %(day)s") % {"day": date_format(event.held_on, "m-d")})
    elif event.window_start and event.window_end:
        window = {
            "start": date_format(event.window_start, "m-d"),
            "end": date_format(event.window_end, "m-d"),
        }
        parts.append(_("window %(start)s to %(end)s") % window)
    if event.missed_reason:
        parts.append(event.missed_reason)
    if cell.queries:
        text = ngettext("%(count)d query not settled", "%(count)d queries not settled", cell.queries)
        parts.append(text % {"count": cell.queries})
    return " · ".join(parts)


@require_POST
@login_required
def enrol(request: Request) -> HttpResponse:
    """Give a new subject of a site the next screening number, then open the subject."""
    study = study_where(request, "enrol_subject")
    site = get_object_or_404(sites_visible_to(request.user, study), oid=request.POST.get("site", ""))
    made = enrol_subject(site=site, actor=request.user, cohort=request.POST.get("cohort", ""))
    return go(request, reverse("subject", args=[made.pk]))
