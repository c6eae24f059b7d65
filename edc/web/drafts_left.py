"""The list of drafts under way, for whoever releases those that were left behind."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from edc.models import Draft
from edc.selectors.drafts import drafts_to_settle
from edc.selectors.owed import event_name, form_name
from edc.services.entry import is_left
from edc.services.entry.release import LEFT_AFTER
from edc.web.answers import study_where
from edc.web.context import current_site
from edc.web.request import Request

PAGE_SIZE = 50


@dataclass(frozen=True)
class DraftLine:
    """One draft of the list."""

    draft: Draft
    form: str
    visit: str
    is_left: bool

    @property
    def days(self) -> int:
        return (timezone.now() - self.draft.saved_at).days


@require_safe
@login_required
def drafts(request: Request) -> HttpResponse:
    """List the drafts of the person's sites, the longest untouched first."""
    study = study_where(request, "resolve_disagreement")
    found = drafts_to_settle(request.user, study, current_site(request))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": [_line(each) for each in page.object_list],
        "left_after": LEFT_AFTER.days,
        "tab": "drafts",
    }
    return render(request, "edc/drafts_left.html", context)


def _line(draft: Draft) -> DraftLine:
    form = draft.form
    return DraftLine(draft, form_name(form), event_name(form.event, form), is_left(draft))
