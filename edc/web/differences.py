"""The queue of differences to resolve, across forms and sites."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from edc.models import Disagreement, Study
from edc.selectors import sites_visible_to
from edc.selectors.differences import SHOWS, difference_counts, differences_matching, open_of_page
from edc.selectors.evaluation import in_language
from edc.selectors.owed import event_name, form_name
from edc.services.views import PASSES, named, record_list_view
from edc.web.answers import study_where
from edc.web.context import current_site
from edc.web.counted_pages import CountedPaginator
from edc.web.reconcile_sheet import Line, Side, lines, sides

PAGE_SIZE = 50
SHOW_WORDS: dict[str, Promise] = {
    "open": gettext_lazy("To resolve"),
    "resolved": gettext_lazy("Resolved"),
    "all": gettext_lazy("All"),
}
AGES = (1, 3, 7, 14, 30)


@dataclass(frozen=True)
class QueueLine:
    """One difference of the list with both values, as the reader's language words them."""

    line: Line
    form: str
    visit: str
    first: Side
    second: Side

    @property
    def days(self) -> int:
        return (timezone.now() - self.line.disagreement.found_at).days


@require_safe
@login_required
def differences(request: HttpRequest) -> HttpResponse:
    """List the differences of the person's sites, the longest waiting first."""
    study = study_where(request, "resolve_disagreement")
    site = current_site(request)
    asked = {"show": "open"} | request.GET.dict()
    show = asked["show"] if asked["show"] in SHOWS else "open"
    found = differences_matching(request.user, study, site, asked).filter(SHOWS[show])
    counts = difference_counts(request.user, study, site, asked)

    def narrow(*bounds: int) -> tuple[QuerySet[Disagreement], int]:
        return open_of_page(found, request.user, study, site, asked, bounds)

    pages = CountedPaginator(found, PAGE_SIZE, counts[show], narrow if show == "open" else None)
    page = pages.get_page(asked.get("page"))
    record_list_view(shown=named(each.form for each in page), action=PASSES, actor=request.user)
    context = {
        "page": page,
        "lines": [_line(each) for each in page.object_list],
        "shows": [(name, word, counts[name]) for name, word in SHOW_WORDS.items()],
        "show": show,
        "asked": asked,
        "kinds": Disagreement.Kind.choices,
        "forms": form_choices(study),
        "ages": AGES,
        "sites": sites_visible_to(request.user, study) if site is None else [],
        "tab": "queue",
    }
    return render(request, "edc/differences.html", context)


def _line(found: Disagreement) -> QueueLine:
    form = found.form
    first, second = sides(form, found)
    (line,) = lines(form, [found])
    return QueueLine(line, form_name(form), event_name(form.event, form), first, second)


def form_choices(study: Study) -> list[tuple[str, str]]:
    """Return the OID and name of each form of the newest design."""
    version = study.design_versions.order_by("-number").first()
    return [(form.oid, in_language(form.name)) for form in version.design.forms] if version else []
