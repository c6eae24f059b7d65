"""What an administrator does to another person's account: closed, opened again, unlocked, its e-mail set."""

from axes.utils import reset
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import audit
from edc.errors import InvalidInput
from edc.models import Notification, User
from edc.services.notifications import notify
from edc.services.passwords import require_steward


@transaction.atomic
def close_account(*, user: User, actor: User) -> User:
    """End an account at once, with its sessions and tokens; the row, the name and what it did stay."""
    require_steward(actor, user)
    user.api_tokens.filter(revoked_at=None).update(revoked_at=timezone.now())
    return _set_active(user, False, actor, "user.closed")


@transaction.atomic
def reopen_account(*, user: User, actor: User) -> User:
    """Open an account again, for the same person; the roles that were not ended hold again."""
    require_steward(actor, user)
    return _set_active(user, True, actor, "user.reopened")


def _set_active(user: User, active: bool, actor: User, action: str) -> User:
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    before = {"active": user.is_active}
    user.is_active = active
    user.save(update_fields=["is_active"])
    audit.record(actor=actor, action=action, target=user, before=before, after={"active": active})
    return user


@transaction.atomic
def unlock_account(*, user: User, actor: User) -> None:
    """Let a person try again, whose log-in is locked by failed attempts."""
    require_steward(actor, user)
    forgotten = reset(username=user.username)
    audit.record(actor=actor, action="session.unlocked", target=user, after={"attempts": forgotten})


@transaction.atomic
def set_email(*, user: User, email: str, actor: User) -> User:
    """Set the address for the digest and for log-in through a directory; one address is one person's."""
    require_steward(actor, user)
    check_email(user, email)
    before = {"email": user.email}
    user.email = email
    user.save(update_fields=["email"])
    audit.record(actor=actor, action="user.email_set", target=user, before=before, after={"email": email})
    notify(users=[user], kind=Notification.Kind.ACCOUNT_CHANGED, about="email", url=reverse("security"))
    return user


def check_email(user: User, email: str) -> None:
    """Raise InvalidInput for an address that is none, or that another account has."""
    if not email:
        return
    wrong = ""
    try:
        validate_email(email)
    except ValidationError:
        wrong = _("Enter an address such as name@hospital.cn.")
    if User.objects.filter(email__iexact=email).exclude(pk=user.pk).exists():
        wrong = _("This address is another person's. Enter one that only this person reads.")
    if wrong:
        raise InvalidInput(_("Some fields need correction."), fields={"email": wrong})
