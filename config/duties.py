"""What an account owes before anything else: a password of its own, a second factor, a training."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config.errors import PROBLEM_JSON, problem, status_of, to_read
from edc import row_security
from edc.errors import TRAINING_REQUIRED, DutyFirst
from edc.models import User
from edc.selectors.training import is_shut_out
from edc.services.role_gate import keep_time
from edc.services.second_factors import needs_second_factor
from edc.web.answers import go
from edc.web.request import Request

ALWAYS_OPEN = frozenset(
    {"account_logout", "account_reauthenticate", "notification-count", "set_language", "healthz"}
)


@dataclass(frozen=True)
class Duty:
    """What is owed: a code for programs, words for people, the page to do it on, the pages left open."""

    code: str
    words: str | Promise
    page: str
    open_to: frozenset[str]


PASSWORD_GIVEN = Duty(
    "password_change_required",
    _("Choose a password of your own first: another person knows the present one."),
    "account_change_password",
    frozenset({"account_change_password"}),
)
PASSWORD_OLD = Duty(
    "password_change_required",
    _("Choose a new password first: the present one has reached its age limit."),
    "account_change_password",
    frozenset({"account_change_password"}),
)

SECOND_FACTOR = Duty(
    "second_factor_required",
    _("Your role needs a second factor: set up an authenticator app or a passkey first."),
    "security",
    frozenset(
        {
            "security",
            "account_change_password",
            "mfa_index",
            "mfa_reauthenticate",
            "mfa_reauthenticate_webauthn",
            "mfa_activate_totp",
            "mfa_add_webauthn",
        }
    ),
)

TRAINING = Duty(
    TRAINING_REQUIRED,
    _("Your roles wait for a training: read the documents listed here and confirm each."),
    "training",
    SECOND_FACTOR.open_to
    | frozenset(
        {
            "training",
            "document",
            "document-page",
            "document-file",
            "document-confirm",
            "confirm",
            "statement",
            "notifications",
            "notification-read",
            "notifications-read",
            "account_set_password",
            "openid_connect_login",
            "openid_connect_callback",
            "socialaccount_login_cancelled",
        }
    ),
)


def duty_of(user: User) -> Duty | None:
    """Return what the person has to do before anything else."""
    if user.must_change_password:
        return PASSWORD_GIVEN
    if is_password_old(user):
        return PASSWORD_OLD
    if needs_second_factor(user, settings.MFA_REQUIRED_ROLES):
        return SECOND_FACTOR
    if is_shut_out(user):
        return TRAINING
    return None


def is_password_old(user: User) -> bool:
    days = settings.PASSWORD_MAX_AGE_DAYS
    if not days or not user.has_usable_password():
        return False
    return timezone.now() - (user.password_changed_at or user.date_joined) > timedelta(days=days)


class DutiesMiddleware:
    """Lead every page of a person who owes a duty to where it is done; the API answers 403 with its code."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict
    ) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in ALWAYS_OPEN or not request.user.is_authenticated:
            return None
        if keep_time(request.user):
            row_security.narrow_to(request.user)
        duty = duty_of(request.user)
        request.duty = duty  # type: ignore[attr-defined]  # the pages left open say why
        if duty is None or name in duty.open_to:
            return None
        if request.path.startswith("/api/"):
            error = DutyFirst(duty.words, code=duty.code)
            body = problem(error) | to_read(request.user)
            return JsonResponse(body, status=status_of(error), content_type=PROBLEM_JSON)
        return go(cast(Request, request), reverse(duty.page))
