"""The planned review of the audit trail: criteria, what waits, and the sign-off."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from edc.models import AuditCriteria, AuditReview
from edc.numbers import whole_number
from edc.selectors.audit_filters import AuditFilter
from edc.selectors.audit_reviews import MOST_COUNTED, CriteriaState, criteria_visible_to, newest_event
from edc.selectors.audit_trail import audited_studies
from edc.selectors.statement import acceptance_of
from edc.services.audit_review import end_criteria, save_criteria, sign_review
from edc.web.answers import go, study_with
from edc.web.audit_trail import filter_choices
from edc.web.audit_words import action_word, channel_word, role_words
from edc.web.request import Request

MOST_REVIEWS = 50


@require_safe
@login_required
def reviews(request: Request) -> HttpResponse:
    """Show the criteria of the study with what waits, and the reviews signed so far."""
    study = study_with(request, "view_audit")
    signed = AuditReview.objects.filter(criteria__study=study).select_related("criteria", "reviewer")
    context = {
        "lines": [_line(each) for each in criteria_visible_to(request.user, study)],
        "signed": signed[:MOST_REVIEWS],
        "upto": newest_event(),
        "most": MOST_COUNTED,
        "accepted": acceptance_of(request.user),
        "asked": AuditFilter.of(request.GET),
        **filter_choices(request.user, study),
    }
    return render(request, "edc/audit_reviews.html", context)


def _line(state: CriteriaState) -> dict[str, object]:
    asked = {**state.criteria.filters, "after": state.after_event}
    return {
        "state": state,
        "words": _words(state.criteria.filters),
        "url": f"{reverse('audit')}?{urlencode(asked)}",
    }


def _words(filters: dict[str, str]) -> str:
    told = {"action": action_word, "role": role_words, "channel": channel_word}
    shown = {name: told.get(name, str)(value) for name, value in filters.items() if name != "study"}
    return " · ".join(shown.values())


@require_POST
@login_required
def save(request: Request) -> HttpResponse:
    """Keep criteria."""
    save_criteria(
        study=study_with(request, "view_audit"),
        name=request.POST.get("name", ""),
        filters=request.POST.dict(),
        every_days=whole_number(request.POST.get("every_days", "")) or 0,
        actor=request.user,
    )
    return go(request, reverse("audit-reviews"))


@require_POST
@login_required
def end(request: Request, pk: int) -> HttpResponse:
    """End criteria."""
    end_criteria(criteria=_criteria(request, pk), actor=request.user)
    return go(request, reverse("audit-reviews"))


@require_POST
@login_required
def sign(request: Request, pk: int) -> HttpResponse:
    """Sign a review."""
    sign_review(
        criteria=_criteria(request, pk),
        upto=whole_number(request.POST.get("upto", "")) or 0,
        findings=request.POST.get("findings", ""),
        password=request.POST.get("password", ""),
        actor=request.user,
    )
    return go(request, reverse("audit-reviews"))


def _criteria(request: Request, pk: int) -> AuditCriteria:
    studies = audited_studies(request.user)
    if not studies.exists():
        raise Http404
    return get_object_or_404(AuditCriteria, pk=pk, study__in=studies)
