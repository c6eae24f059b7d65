"""Accounts are made by administrators: nobody signs up. A changed password is an event of the audit trail."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import ngettext_lazy

from edc import audit
from edc.models import User


class ClosedSignupAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: User, password: str) -> None:
        with transaction.atomic():
            super().set_password(user, password)
            audit.record(actor=user, action="user.password_changed", target=user)


def client_ip(request: HttpRequest) -> str:
    """Return the address that failed log-ins count by; in production the proxy sets it, whatever was sent."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.PRODUCTION else ""
    return forwarded or request.META.get("REMOTE_ADDR", "")


# Django's own Chinese catalogue lacks this message of its password check; named here, it is in ours.
PASSWORD_TOO_SHORT = ngettext_lazy(
    "This password is too short. It must contain at least %d character.",
    "This password is too short. It must contain at least %d characters.",
)
