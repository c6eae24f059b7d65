"""Who logged in when, from where, and what was refused: of oneself, and of the people one administers."""

from datetime import datetime

from django.db.models import QuerySet

from edc import access, jobs
from edc.models import AuditEvent, Membership, User
from edc.services.sessions import ACTIONS, BEGAN, REFUSED

USER = User._meta.label_lower


def session_events_of(user: User) -> QuerySet[AuditEvent]:
    """Return the log-ins of one account, the newest first."""
    return AuditEvent.objects.filter(target_type=USER, target_id=str(user.pk), action__in=ACTIONS).order_by(
        "-pk"
    )


def session_events_visible_to(actor: User) -> QuerySet[AuditEvent]:
    """Return the log-ins of who ever had a role in a study that the actor administers, and of unknown names.

    The newest come first; nothing for who administers nothing.
    """
    studies = access.studies_for(actor, "manage_people")
    if not studies.exists():
        return AuditEvent.objects.none()
    people = Membership.objects.filter(study__in=studies).values_list("user_id", flat=True)
    targets = {str(pk) for pk in (*people, jobs.system_user("gate").pk)}
    events = AuditEvent.objects.filter(target_type=USER, target_id__in=targets, action__in=ACTIONS)
    return events.order_by("-pk")


def refusals_since(user: User, start: datetime) -> QuerySet[AuditEvent]:
    """Return the log-ins of the account that were refused since a time."""
    return session_events_of(user).filter(action=REFUSED, at__gt=start)


def last_login(user: User) -> AuditEvent | None:
    """Return the last log-in of the account."""
    return session_events_of(user).filter(action=BEGAN).first()
