"""Second factors: the record of each change, the brake on guessing, the reset by an administrator."""

from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from edc import audit
from edc.models import Membership, Notification, User
from edc.selectors.sessions import refusals_since
from edc.services.notifications import notify
from edc.services.passwords import require_steward

MOST_REFUSALS, PAUSE = 5, timedelta(minutes=15)
TYPED = [str(Authenticator.Type.TOTP), str(Authenticator.Type.RECOVERY_CODES)]
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


def needs_second_factor(user: User, roles: list[str]) -> bool:
    """Tell whether the person holds a role that asks for a second factor and has none."""
    if not roles or has_second_factor(user):
        return False
    return Membership.objects.filter(user=user, active=True, role__in=roles).exists()


def proves_identity(user: User, given: str) -> bool:
    """Tell whether what was typed is the password, or the app's code where the account has no password."""
    if user.has_usable_password():
        return user.check_password(given)
    app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    return app is not None and app.wrap().validate_code(given)


def is_guessing(user: User) -> bool:
    """Tell whether codes of this account are refused for now: five wrong ones within fifteen minutes.

    Wrong passwords do not count: whoever types those could keep the person out.
    """
    refused = refusals_since(user, timezone.now() - PAUSE)
    return refused.filter(after__method__in=TYPED).count() >= MOST_REFUSALS


@transaction.atomic
def record_factor(*, user: User, action: str, kind: str) -> None:
    """Record that the person added, removed or renewed a factor; `kind` is totp, webauthn, recovery_codes."""
    audit.record(actor=user, action=f"second_factor.{action}", target=user, after={"kind": kind})


@transaction.atomic
def reset_second_factors(*, user: User, actor: User) -> int:
    """Take every factor of a person away, who has lost the device; return how many there were.

    The next log-in asks for the password alone, and for a new factor where the role needs one.
    """
    require_steward(actor, user)
    kinds = sorted(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    Authenticator.objects.filter(user=user).delete()
    audit.record(actor=actor, action="second_factor.reset", target=user, before={"kinds": kinds})
    notify(users=[user], kind=Notification.Kind.ACCOUNT_CHANGED, about="factors", url=reverse("security"))
    return len(kinds)
