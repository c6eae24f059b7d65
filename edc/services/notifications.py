"""The one door by which people are told things, and the digest by e-mail of what they have not read."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edc import audit
from edc.errors import InvalidInput
from edc.models import Digest, Membership, Notification, Role, Site, Study, User

Kind = Notification.Kind
# A little less than the period, because the task runs by the hour and not to the second.
PERIOD = {Digest.DAILY: timedelta(hours=23), Digest.WEEKLY: timedelta(days=6, hours=23)}


def notify(
    *,
    users: Iterable[User],
    kind: str,
    about: str = "",
    url: str = "",
    study: Study | None = None,
    site: Site | None = None,
) -> None:
    """Tell each person once, in the transaction of what they are told of.

    `about` goes out by e-mail: a user name, role or number, never what tells of a subject.
    """
    given = {"kind": kind, "about": about, "url": url, "study": study, "site": site}
    people = {user.pk: user for user in users if user.is_active and not user.is_system}
    Notification.objects.bulk_create(Notification(user=user, **given) for user in people.values())


def administrators_of(user: User) -> QuerySet[User]:
    """Return who administers a study in which the person has a role, without the person."""
    studies = user.memberships.filter(active=True).values("study")
    held = Membership.objects.filter(study__in=studies, active=True, role=Role.ADMINISTRATOR)
    return User.objects.filter(pk__in=held.values("user")).exclude(pk=user.pk)


@transaction.atomic
def mark_read(*, user: User, pk: int | None = None) -> int:
    """Mark one notification of the person as read, or all; return how many were unread."""
    unread = user.notifications.filter(read_at=None)
    if pk is not None:
        unread = unread.filter(pk=pk)
    count = unread.update(read_at=timezone.now())
    if count:
        audit.record(actor=user, action="notification.read", target=user, after={"count": count})
    return count


@transaction.atomic
def set_digest(*, user: User, period: str) -> None:
    """Set how often the person's unread notifications come by e-mail."""
    if period not in Digest.values:
        message = {"period": _("Choose how often from the list.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    before = {"digest": user.digest}
    user.digest = period
    user.save(update_fields=["digest"])
    audit.record(actor=user, action="user.digest_set", target=user, before=before, after={"digest": period})


def send_digests(*, actor: User, now: datetime | None = None) -> int:
    """Send to each person who is due what they have not read; return to how many.

    An address that fails waits for the next run and stops nobody else's.
    """
    now = now or timezone.now()
    waiting = Notification.objects.filter(read_at=None, mailed_at=None).values("user")
    people = User.objects.filter(pk__in=waiting, is_active=True).exclude(email="").exclude(digest=Digest.OFF)
    return sum(_send(user, actor, now) for user in people.order_by("pk") if is_due(user, now))


def is_due(user: User, now: datetime) -> bool:
    """Tell whether the person's period has passed since the last digest."""
    last = user.notifications.exclude(mailed_at=None).order_by("-mailed_at").first()
    return last is None or last.mailed_at is None or now - last.mailed_at >= PERIOD[Digest(user.digest)]


@transaction.atomic
def _send(user: User, actor: User, now: datetime) -> bool:
    """Mark first and send last: a mail that fails leaves the notifications for the next run."""
    unsent = list(
        user.notifications.select_for_update()
        .filter(read_at=None, mailed_at=None)
        .values_list("pk", flat=True)
    )
    found = Notification.objects.filter(pk__in=unsent)
    with translation.override(user.language):
        subject, text = _subject(len(unsent)), _text(found)
    found.update(mailed_at=now)
    audit.record(actor=actor, action="digest.sent", target=user, after={"count": len(unsent)})
    sent = send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [user.email], fail_silently=True)
    if not sent:
        transaction.set_rollback(True)
    return bool(sent)


def _subject(count: int) -> str:
    words = ngettext("Tandem: %(count)d unread notification", "Tandem: %(count)d unread notifications", count)
    return words % {"count": count}


def _text(found: QuerySet[Notification]) -> str:
    """Return the digest: how many of each kind and where to read them, and nothing of any subject."""
    counts = found.order_by("kind").values_list("kind").annotate(count=Count("pk"))
    lines = [f"- {Kind(kind).label}: {count}" for kind, count in counts]
    where = f"{settings.PUBLIC_URL}/notifications/"
    how = _("You choose how often this comes, on the same page.")
    return "\n".join([*lines, "", _("Read them at %(url)s") % {"url": where}, how])
