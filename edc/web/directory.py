"""Log-in through the hospital's directory (OpenID Connect): it proves who somebody is and grants nothing."""

import time

from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from edc.models import User
from edc.services.sessions import record_link, record_refusal
from edc.web.accounts import client_of
from edc.web.request import Request

METHOD = "directory"
FRESH_SECONDS = 300


class SignedTokens(OpenIDConnectOAuth2Adapter):
    """Check the signature of every identity token, also where TLS to the directory would do."""

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict:
        return jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )


def login(request: Request, provider_id: str) -> HttpResponse:
    """Lead to the directory."""
    return _answer(OAuth2LoginView, request, provider_id)


def callback(request: Request, provider_id: str) -> HttpResponse:
    """Take what the directory says about the person."""
    return _answer(OAuth2CallbackView, request, provider_id)


def _answer(view: type, request: Request, provider_id: str) -> HttpResponse:
    try:
        return view.adapter_view(SignedTokens(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404(provider_id) from None


class DirectoryAdapter(DefaultSocialAccountAdapter):
    def list_apps(
        self, request: Request, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Return the directory that the environment names: no row of the database makes another."""
        kind = "openid_connect"
        named = [SocialApp(provider=kind, **app) for app in settings.SOCIALACCOUNT_PROVIDERS[kind]["APPS"]]
        return [
            app
            for app in named
            if provider in (None, kind, app.provider_id) and client_id in (None, app.client_id)
        ]

    def is_open_for_signup(self, request: Request, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: Request, sociallogin: SocialLogin) -> None:
        """Find the account of who the directory names; who has none is refused, and nothing is made."""
        if not sociallogin.is_existing:
            self._link(request, sociallogin)
        if sociallogin.state.get("process") == AuthProcess.REDIRECT:
            self._confirm(request, sociallogin)

    def _link(self, request: Request, sociallogin: SocialLogin) -> None:
        user = account_of(claims_of(sociallogin))
        if user is None:
            record_refusal(user=None, client=client_of(request), method=METHOD)
            messages.error(request, _("No account here is yours. Ask the administrator for one."))
            raise ImmediateHttpResponse(redirect("account_login"))
        with transaction.atomic():
            sociallogin.connect(request, user)
            record_link(user=user, provider=sociallogin.account.provider)

    def _confirm(self, request: Request, sociallogin: SocialLogin) -> None:
        """Take the directory's word as a proof given again, if it asked this same person just now."""
        asked = claims_of(sociallogin).get("auth_time")
        is_fresh = isinstance(asked, int | float) and time.time() - asked < FRESH_SECONDS
        if not is_fresh or request.user != sociallogin.user:
            messages.error(request, _("The directory did not confirm that it is you. Nothing was signed."))
            return
        record_authentication(request, request.user, METHOD, reauthenticated=True)


def claims_of(sociallogin: SocialLogin) -> dict:
    """Return what the directory says: the identity token, and what only its userinfo adds."""
    data = sociallogin.account.extra_data
    return (data.get("userinfo") or {}) | (data.get("id_token") or {})


def account_of(claims: dict) -> User | None:
    """Return the one account that the claims name by verified e-mail or, where allowed, by user name."""
    people = User.objects.filter(is_system=False)
    found: list[User] = []
    if "email" in settings.OIDC_MATCH and claims.get("email") and claims.get("email_verified") is True:
        found = list(people.filter(email__iexact=claims["email"])[:2])
    if not found and "username" in settings.OIDC_MATCH and claims.get("preferred_username"):
        found = list(people.filter(username=claims["preferred_username"]))
    return found[0] if len(found) == 1 else None
