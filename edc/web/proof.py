"""Proof that the person at the browser is the one who logged in, given again for an act that matters."""

import time

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_safe

from edc.models import User
from edc.web.accounts import REAUTHENTICATION
from edc.web.request import Request

USED = "proof_used_at"


def fresh_proof(request: Request) -> float | None:
    """Return when a proof was last given again, if that is minutes ago and it has served for no act yet."""
    records = get_authentication_records(request, request.user)
    times = [each["at"] for each in records if each.get("reauthenticated")]
    newest = max(times, default=0.0)
    is_usable = newest > request.session.get(USED, 0.0)
    in_time = time.time() - newest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    return newest if is_usable and in_time else None


def use_up(request: Request, proof: float) -> None:
    """Let the proof serve for nothing more: each signature has a proof of its own."""
    request.session[USED] = proof


def proof_asked(user: User) -> str:
    """Return what the signing form asks for: password, code, or elsewhere (a passkey or the directory)."""
    if user.has_usable_password():
        return "password"
    has_app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    return "code" if has_app else "elsewhere"


@require_safe
@login_required
def confirm(request: Request) -> HttpResponse:
    """Offer every way to prove oneself again, and lead back to where it was asked."""
    back = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = reverse("home")
    factors = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    names = [
        *(["account_reauthenticate"] if request.user.has_usable_password() else []),
        *(["mfa_reauthenticate"] if Authenticator.Type.TOTP in factors else []),
        *(["mfa_reauthenticate_webauthn"] if Authenticator.Type.WEBAUTHN in factors else []),
    ]
    context = {
        "ways": [(f"{reverse(name)}?{urlencode({'next': back})}", REAUTHENTICATION[name]) for name in names],
        "directory": directory_url(request.user, back),
        "back": back,
    }
    return render(request, "account/confirm.html", context)


def directory_url(user: User, back: str) -> str:
    """Return where the directory asks the person again, empty for an account that it does not know."""
    if not settings.OIDC_SERVER_URL or not SocialAccount.objects.filter(user=user).exists():
        return ""
    asked = {"process": "redirect", "next": back, "auth_params": "prompt=login&max_age=0"}
    return f"{reverse('openid_connect_login', args=[settings.OIDC_ID])}?{urlencode(asked)}"
