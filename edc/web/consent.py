"""One subject's consent: what was signed and withdrawn, and what people note about it."""

from datetime import time

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from edc import access
from edc.errors import InvalidInput
from edc.models import Consent, ConsentVersion, ConsentWithdrawal, Subject
from edc.numbers import whole_number
from edc.selectors import subjects_visible_to
from edc.selectors.consents import (
    IN_STUDY,
    SCAN_READERS,
    STATES,
    consents_of,
    consents_visible_to,
    days_of,
    periods_of,
    signable,
    with_state,
)
from edc.services.consent.giving import (
    SCOPES,
    Given,
    Withdrawn,
    form_for_consent,
    record_consent,
    take_back_consent,
    take_back_withdrawal,
    withdraw_consent,
)
from edc.services.consent.scans import WITHDRAWING
from edc.web.answers import day_of, enter_study_of, go
from edc.web.consents import SHAPES, since
from edc.web.request import Request


@require_safe
@login_required
def subject_consent(request: Request, pk: int) -> HttpResponse:
    """Show what the subject signed and withdrew, and what the person may note."""
    found = _subject(request, pk)
    access.require(request.user, "view_data", site=found.site)
    enter_study_of(request, found)
    given = list(consents_of(found))
    days = days_of(given)
    enters = access.may(request.user, "enter_data", site=found.site)
    context = {
        "subject": found,
        "shape": SHAPES[found.consent_state],
        "word": STATES[found.consent_state],
        "since": since(found) if found.consent_state == "due" else "",
        "consents": [(each, days.get(each.pk)) for each in given],
        "withdrawals": found.consent_withdrawals.select_related("noted_by"),
        "period": periods_of([found.pk]).get(found.pk),
        "enters": enters,
        "notes": access.may(request.user, "enrol_subject", site=found.site),
        "opens": _any(request, found, SCAN_READERS),
        "removes": _any(request, found, WITHDRAWING),
        "versions": list(signable(found.site)) if enters else [],
        "asks_day": enters and form_for_consent(found) is None,
        "in_study": found.status in IN_STUDY,
    }
    return render(request, "edc/subject_consent.html", context)


def _any(request: Request, found: Subject, names: tuple[str, ...]) -> bool:
    return any(access.may(request.user, name, site=found.site) for name in names)


def _subject(request: Request, pk: int) -> Subject:
    return get_object_or_404(with_state(subjects_visible_to(request.user)), pk=pk)


def back(request: Request, subject: Subject) -> HttpResponse:
    return go(request, reverse("subject-consent", args=[subject.pk]))


@require_POST
@login_required
def record(request: Request, pk: int) -> HttpResponse:
    """Note that the subject signed a version."""
    found = _subject(request, pk)
    access.require(request.user, "enter_data", site=found.site)
    number = whole_number(request.POST.get("version", ""))
    version = signable(found.site).filter(pk=number).first()
    given = Given(
        request.POST.get("explained_by", ""), _time(request), day_of(request, "signed_on", required=False)
    )
    record_consent(subject=found, version=version or ConsentVersion(pk=0), given=given, actor=request.user)
    return back(request, found)


def _time(request: Request) -> time | None:
    text = request.POST.get("signed_time", "").strip()
    try:
        return time.fromisoformat(text) if text else None
    except ValueError:
        message = {"signed_time": _("Enter a time, such as 09:30.")}
        raise InvalidInput(_("Some fields need correction."), fields=message) from None


@require_POST
@login_required
def take_back(request: Request, pk: int) -> HttpResponse:
    """Take a consent back that was noted by mistake."""
    consent: Consent = get_object_or_404(consents_visible_to(request.user), pk=pk)
    take_back_consent(consent=consent, reason=request.POST.get("reason", ""), actor=request.user)
    return back(request, consent.subject)


@require_POST
@login_required
def withdraw(request: Request, pk: int) -> HttpResponse:
    """Note to what the subject withdrew the consent."""
    found = _subject(request, pk)
    access.require(request.user, "enrol_subject", site=found.site)
    chosen = set(request.POST.getlist("scope"))
    day = day_of(request, "withdrawn_on")
    withdrawn = Withdrawn(day, **{name: name in chosen for name in SCOPES})  # type: ignore[arg-type]
    reason = request.POST.get("reason", "")
    withdraw_consent(subject=found, withdrawn=withdrawn, reason=reason, actor=request.user)
    return back(request, found)


@require_POST
@login_required
def withdrawal_back(request: Request, pk: int) -> HttpResponse:
    """Take a withdrawal back that was noted by mistake."""
    seen = ConsentWithdrawal.objects.filter(subject__in=subjects_visible_to(request.user).values("pk"))
    held = get_object_or_404(seen.select_related("subject__site"), pk=pk)
    take_back_withdrawal(withdrawal=held, reason=request.POST.get("reason", ""), actor=request.user)
    return back(request, held.subject)
