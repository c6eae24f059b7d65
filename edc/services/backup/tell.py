"""Telling the administrators of every study what went wrong."""

from django.urls import reverse

from edc.models import Membership, Role, User
from edc.services.notifications import notify


def administrators(kind: str, *, about: str) -> None:
    """Tell everyone who administers any study, once each."""
    held = Membership.objects.filter(active=True, role=Role.ADMINISTRATOR)
    notify(
        users=User.objects.filter(pk__in=held.values("user")), kind=kind, about=about, url=reverse("backups")
    )
