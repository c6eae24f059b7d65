"""One person's account, for an administrator: its state, its log-ins, and what may be done to it."""

from collections.abc import Callable

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from edc.models import User
from edc.selectors.sessions import session_events_of, session_events_visible_to
from edc.selectors.training import training_of
from edc.services.accounts import close_account, reopen_account, set_email, unlock_account
from edc.services.passwords import reset_password
from edc.services.second_factors import reset_second_factors
from edc.web.answers import go, study_with
from edc.web.logins import line_of
from edc.web.request import Request
from edc.web.security import factors_of
from edc.web.training_words import state_words

SHOWN = 20
STEPS: dict[str, tuple[Callable[..., object], object]] = {
    "factors": (
        reset_second_factors,
        gettext_lazy("The second factors are gone; the next log-in asks for none."),
    ),
    "unlock": (unlock_account, gettext_lazy("The person can try again at once.")),
    "close": (close_account, gettext_lazy("The account is closed, with its sessions and tokens.")),
    "reopen": (reopen_account, gettext_lazy("The account is open again.")),
}


def _person_or_404(request: Request, pk: int) -> User:
    study_with(request, "manage_people")
    return get_object_or_404(User, pk=pk, is_system=False)


def _page(request: Request, user: User, *, once: str = "") -> HttpResponse:
    events = session_events_visible_to(request.user) & session_events_of(user)
    study = study_with(request, "manage_people")
    training_here = [line for line in training_of(user) if line.document.study_id == study.pk]
    context = {
        "person": user,
        "roles": user.memberships.filter(active=True).select_related("study", "site"),
        "factors": factors_of(user),
        "tokens": user.api_tokens.filter(revoked_at=None).count(),
        "trainings": [(line, state_words(line)[1]) for line in training_here],
        "acceptances": user.statement_acceptances.all(),
        "is_locked": is_locked(user),
        "lines": [line_of(event) for event in events[:SHOWN]],
        "once": once,
    }
    return render(request, "edc/person.html", context)


def is_locked(user: User) -> bool:
    """Tell whether failed attempts from any address close the account's log-in for now."""
    return AccessAttempt.objects.filter(
        username=user.username,
        failures_since_start__gte=settings.AXES_FAILURE_LIMIT,
        attempt_time__gt=timezone.now() - settings.AXES_COOLOFF_TIME,
    ).exists()


@require_safe
@login_required
@never_cache
def person(request: Request, pk: int) -> HttpResponse:
    return _page(request, _person_or_404(request, pk))


@require_POST
@login_required
@never_cache
def password(request: Request, pk: int) -> HttpResponse:
    """Give a one-time password and show it this once; it is in no address and in no log."""
    user = _person_or_404(request, pk)
    once = reset_password(user=user, actor=request.user)
    user.refresh_from_db()
    return _page(request, user, once=once)


@require_POST
@login_required
def email(request: Request, pk: int) -> HttpResponse:
    user = _person_or_404(request, pk)
    set_email(user=user, email=request.POST.get("email", "").strip(), actor=request.user)
    messages.success(request, _("The address is kept."))
    return go(request, reverse("person", args=[pk]))


@require_POST
@login_required
def act(request: Request, pk: int, step: str) -> HttpResponse:
    """Take one step on the account: its factors, its lock, its end."""
    user = _person_or_404(request, pk)
    if step not in STEPS:
        raise Http404(step)
    service, said = STEPS[step]
    service(user=user, actor=request.user)
    messages.success(request, str(said))
    return go(request, reverse("person", args=[pk]))
