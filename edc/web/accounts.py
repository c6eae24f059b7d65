"""How the log-in meets the house: nobody signs up, every log-in is on record, passwords have one door."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib import messages
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from edc.models import AuditEvent, User
from edc.selectors.sessions import last_login, refusals_since
from edc.services.passwords import change_password
from edc.services.sessions import Client, record_login, record_logout, record_refusal
from edc.web.request import Request

REAUTHENTICATION = {
    "account_reauthenticate": gettext_lazy("With the password"),
    "mfa_reauthenticate": gettext_lazy("With a code of the authenticator app"),
    "mfa_reauthenticate_webauthn": gettext_lazy("With a passkey"),
}


class ClosedSignupAdapter(DefaultAccountAdapter):
    """Accounts are made by administrators; what allauth does to them goes through the services."""

    def is_open_for_signup(self, request: Request) -> bool:
        return False

    def set_password(self, user: User, password: str) -> None:
        change_password(user=user, password=password)

    def get_password_change_redirect_url(self, request: Request) -> str:
        return settings.LOGIN_REDIRECT_URL

    def authenticate(self, request: Request, **credentials: object) -> User | None:
        self.was_locked = not AxesProxyHandler.is_allowed(request, credentials)
        return super().authenticate(request, **credentials)

    def authentication_failed(self, request: Request, **credentials: object) -> None:
        """Record the failure; what is tried while the account is locked is counted by axes alone."""
        if self.was_locked:
            return
        name = str(credentials.get("username", ""))
        user = User.objects.filter(username=name, is_system=False).first()
        locked = bool(getattr(request, "axes_locked_out", False))
        record_refusal(user=user, client=client_of(request), method="password", locked=locked)

    def login(self, request: Request, user: User) -> None:
        before = last_login(user)
        super().login(request, user)
        record_login(user=user, client=client_of(request), method=methods_used(request, user))
        if before is not None:
            messages.info(request, _last_time(user, before))

    def logout(self, request: Request) -> None:
        user = request.user
        super().logout(request)
        if user.is_authenticated:
            record_logout(user=user, client=client_of(request))

    def get_reauthentication_methods(self, user: User) -> list[dict]:
        """Return the ways to prove oneself again, in the words of the house."""
        words = {reverse(name): label for name, label in REAUTHENTICATION.items()}
        methods = super().get_reauthentication_methods(user)
        return [method | {"description": words[method["url"]]} for method in methods]


def methods_used(request: Request, user: User) -> str:
    """Return the proofs of this log-in in their order, such as password+totp."""
    records = get_authentication_records(request, user)
    return "+".join(str(each.get("type") or each["method"]) for each in records)


def _last_time(user: User, before: AuditEvent) -> str:
    when = timezone.localtime(before.at).strftime("%Y-%m-%d %H:%M")
    text = _("Last log-in: %(when)s from %(address)s.") % {
        "when": when,
        "address": (before.after or {}).get("address", ""),
    }
    failed = refusals_since(user, before.at).count()
    if not failed:
        return text
    refused = ngettext(
        "%(count)d attempt was refused since then. If it was not you, tell the administrator.",
        "%(count)d attempts were refused since then. If it was not you, tell the administrator.",
        failed,
    )
    return f"{text} {refused % {'count': failed}}"


def client_of(request: Request) -> Client:
    return Client(client_ip(request), request.headers.get("User-Agent", ""))


def client_ip(request: Request) -> str:
    """Return the address that failed log-ins count by; in production the proxy sets it, whatever was sent."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.PRODUCTION else ""
    return forwarded or request.META.get("REMOTE_ADDR", "")


# Django's own Chinese catalogue lacks this message of its password check; named here, it is in ours.
PASSWORD_TOO_SHORT = ngettext_lazy(
    "This password is too short. It must contain at least %d character.",
    "This password is too short. It must contain at least %d characters.",
)
