"""Telling the administrators of every study what went wrong."""

from datetime import UTC, datetime

from django.urls import reverse

from edc.models import Membership, Notification, Role, User
from edc.selectors.backups import missed
from edc.services.notifications import notify

KINDS = {"backup": "backup_failed", "drill": "drill_failed"}


def administrators(kind: str, *, about: str) -> None:
    """Tell everyone who administers any study, once each."""
    held = Membership.objects.filter(active=True, role=Role.ADMINISTRATOR)
    notify(
        users=User.objects.filter(pk__in=held.values("user")), kind=kind, about=about, url=reverse("backups")
    )


def late() -> None:
    """Tell the administrators, once for each, which backup or trial restore did not come in its time."""
    for what, due in missed().items():
        kind, about = KINDS[what], moment(due)
        if not Notification.objects.filter(kind=kind, about=about).exists():
            administrators(kind, about=about)


def moment(at: datetime) -> str:
    """Return a time as people are told it."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
