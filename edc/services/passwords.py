"""Passwords: chosen by the person, or given by an administrator and then changed before anything else."""

import secrets

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import NotNow
from edc.models import Notification, PasswordRecord, User
from edc.services.notifications import notify

# Without the letters and digits that are mistaken for each other when read aloud.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def one_time_password() -> str:
    """Return a random password of four groups of four, 79 bits, that can be read over the telephone."""
    groups = ("".join(secrets.choice(ALPHABET) for _each in range(4)) for _group in range(4))
    return "-".join(groups)


def store_password(user: User, password: str, *, must_change: bool) -> None:
    """Set the password of an account that is saved; the caller has checked it and records the event."""
    user.set_password(password)
    user.must_change_password = must_change
    user.password_changed_at = timezone.now()
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])
    PasswordRecord.objects.create(user=user, password=user.password)


@transaction.atomic
def change_password(*, user: User, password: str) -> None:
    """Set the password that the person chose; sessions elsewhere end with it."""
    store_password(user, password, must_change=False)
    audit.record(actor=user, action="user.password_changed", target=user)


@transaction.atomic
def reset_password(*, user: User, actor: User) -> str:
    """Return a one-time password, shown this once; the person changes it before anything else.

    It ends every session of the person and revokes their tokens. Raises NotNow for the own account, for
    one without a password, and where the person works in a study that the actor does not administer.
    """
    require_steward(actor, user)
    if not user.has_usable_password() and user.password_records.exists() is False:
        raise NotNow(_("This person logs in through the hospital's directory and has no password here."))
    password = one_time_password()
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    store_password(user, password, must_change=True)
    revoked = user.api_tokens.filter(revoked_at=None).update(revoked_at=timezone.now())
    audit.record(actor=actor, action="user.password_reset", target=user, after={"tokens_revoked": revoked})
    notify(users=[user], kind=Notification.Kind.ACCOUNT_CHANGED, about="password", url=reverse("security"))
    return password


@transaction.atomic
def keep_password(*, user: User, actor: User) -> None:
    """Let a person of a demonstration keep the password they were given; the system alone does so."""
    if not actor.is_system:
        raise PermissionDenied("keep_password")
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
    audit.record(actor=actor, action="user.password_kept", target=user)


def require_steward(actor: User, user: User) -> None:
    """Raise unless the actor administers every study in which the other person has a role."""
    if not access.studies_for(actor, "manage_people").exists() or user.is_system:
        raise PermissionDenied("manage_people")
    if actor == user:
        raise NotNow(_("Ask another administrator: nobody does this to their own account."))
    own = access.studies_for(actor, "manage_people").values("pk")
    if user.memberships.filter(active=True).exclude(study__in=own).exists():
        raise NotNow(
            _("This person also works in a study that you do not administer. Ask an administrator of all.")
        )
