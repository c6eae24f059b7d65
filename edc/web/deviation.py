"""One deviation or finding: what is known of it, and what people decide and write about it."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from edc import access
from edc.models import Deviation, Subject
from edc.selectors import subjects_visible_to
from edc.selectors.deviations import Finding, deviations_visible_to, finding_of
from edc.services.deviations import (
    DECIDING,
    NOTING,
    decide_deviation,
    decide_finding,
    describe_deviation,
    settle_deviation,
)
from edc.web.answers import enter_study_of, go
from edc.web.deviations import account_of, facts_text, line_of
from edc.web.request import Request

Source = Deviation.Source
# What a finding is about, so that a person need not choose.
CATEGORIES = {
    Source.WINDOW: Deviation.Category.SCHEDULE,
    Source.MISSED: Deviation.Category.SCHEDULE,
    Source.CONSENT: Deviation.Category.CONSENT,
    Source.VERSION: Deviation.Category.CONSENT,
    Source.OVERRIDE: Deviation.Category.ELIGIBILITY,
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def found(request: Request, key: str) -> HttpResponse:
    """Show what the platform found; POST decides whether it is a deviation."""
    finding = finding_of(subjects_visible_to(request.user), key)
    if finding is None:
        raise Http404
    if request.method == "POST":
        access.require(request.user, DECIDING, site=finding.subject.site)
        made = decide_finding(
            subject=finding.subject, key=key, verdict=request.POST.get("verdict", ""),
            account=account_of(request), reason=request.POST.get("reason", ""), actor=request.user,
        )  # fmt: skip
        return go(request, reverse("deviation", args=[made.pk]))
    line = line_of(finding)
    category = finding.facts.get("category") or CATEGORIES[Source(finding.source)]
    context = {"finding": finding, "line": line, "category": category, "form": finding.form}
    return _page(request, finding.subject, {**context, "description": line.what})


@require_safe
@login_required
def deviation(request: Request, pk: int) -> HttpResponse:
    """Show one deviation, with what the data say of it by now."""
    row = _row(request, pk)
    context = {
        "deviation": row,
        "line": line_of(row),
        "category": row.category,
        "description": row.description,
        "form": row.form,
    }
    return _page(request, row.subject, {**context, "since": _since(request, row)})


def _since(request: Request, row: Deviation) -> str:
    """Return `gone` where the data do not show the finding any more, the new facts where they differ."""
    if row.source == Source.PERSON:
        return ""
    key = Finding(row.source, row.subject, row.occurred_on, {}, row.event, row.consent, row.form).key
    now = finding_of(subjects_visible_to(request.user), key)
    if now is None:
        return "gone"
    return "" if now.facts == row.facts else facts_text(now.facts)


def _page(request: Request, subject: Subject, context: dict[str, object]) -> HttpResponse:
    enter_study_of(request, subject)
    rights = {
        "decides": access.may(request.user, DECIDING, site=subject.site),
        "reads": access.may(request.user, "view_data", site=subject.site),
        "notes": any(access.may(request.user, name, site=subject.site) for name in NOTING),
    }
    return render(
        request, "edc/deviation.html", {"subject": subject, "choices": Deviation, **rights, **context}
    )


def _row(request: Request, pk: int) -> Deviation:
    return get_object_or_404(deviations_visible_to(request.user), pk=pk)


@require_POST
@login_required
def decide(request: Request, pk: int) -> HttpResponse:
    row = _row(request, pk)
    verdict, severity = request.POST.get("verdict", ""), request.POST.get("severity", "")
    reason = request.POST.get("reason", "")
    decide_deviation(deviation=row, verdict=verdict, severity=severity, reason=reason, actor=request.user)
    return go(request, reverse("deviation", args=[pk]))


@require_POST
@login_required
def describe(request: Request, pk: int) -> HttpResponse:
    row = _row(request, pk)
    if not any(access.may(request.user, name, site=row.subject.site) for name in NOTING):
        access.require(request.user, NOTING[0], site=row.subject.site)
    account, reason = account_of(request), request.POST.get("reason", "")
    describe_deviation(deviation=row, account=account, reason=reason, actor=request.user)
    return go(request, reverse("deviation", args=[pk]))


@require_POST
@login_required
def settle(request: Request, pk: int) -> HttpResponse:
    row = _row(request, pk)
    settle_deviation(deviation=row, correction=request.POST.get("correction", ""), actor=request.user)
    return go(request, reverse("deviation", args=[pk]))
