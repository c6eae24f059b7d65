"""A person's own log-in: second factors, and when and from where the account was used."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from edc.models import User
from edc.selectors.sessions import session_events_of
from edc.services.second_factors import needs_second_factor
from edc.web.logins import line_of
from edc.web.request import Request

SHOWN = 20


@require_safe
@login_required
def security(request: Request) -> HttpResponse:
    factors = factors_of(request.user)
    context = {
        "factors": factors,
        "has_app": any(each.type == Authenticator.Type.TOTP for each in factors),
        "has_codes": Authenticator.objects.filter(
            user=request.user, type=Authenticator.Type.RECOVERY_CODES
        ).exists(),
        "is_owed": needs_second_factor(request.user, settings.MFA_REQUIRED_ROLES),
        "lines": [line_of(event) for event in session_events_of(request.user)[:SHOWN]],
    }
    return render(request, "edc/security.html", context)


def factors_of(user: User) -> list[Authenticator]:
    """Return the app and the passkeys of an account, the oldest first."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return list(Authenticator.objects.filter(user=user, type__in=kinds).order_by("created_at", "pk"))
