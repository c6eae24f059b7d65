"""The log of log-ins, kept in the audit trail: begun, refused, locked, ended, with address and browser."""

from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse

from edc import audit, jobs
from edc.models import AuditEvent, Notification, User
from edc.services.notifications import administrators_of, notify

BEGAN, REFUSED, LOCKED, ENDED = "session.began", "session.refused", "session.locked", "session.ended"
ACTIONS = (BEGAN, REFUSED, LOCKED, ENDED)
LONGEST_AGENT = 200


@dataclass(frozen=True)
class Client:
    """Where a request comes from, as the browser and the proxy say."""

    address: str
    agent: str

    def as_json(self, **more: object) -> dict[str, object]:
        return {"address": self.address, "agent": self.agent[:LONGEST_AGENT], **more}


@transaction.atomic
def record_login(*, user: User, client: Client, method: str) -> AuditEvent:
    """Record that the person logged in; `method` names each proof given, such as password+totp."""
    return audit.record(actor=user, action=BEGAN, target=user, after=client.as_json(method=method))


@transaction.atomic
def record_logout(*, user: User, client: Client) -> AuditEvent:
    """Record that the person logged out; a session that ran out leaves no row."""
    return audit.record(actor=user, action=ENDED, target=user, after=client.as_json())


@transaction.atomic
def record_link(*, user: User, provider: str) -> AuditEvent:
    """Record that the directory's account of a person was joined to the one here."""
    return audit.record(actor=user, action="user.linked", target=user, after={"provider": provider})


@transaction.atomic
def record_refusal(*, user: User | None, client: Client, method: str, locked: bool = False) -> AuditEvent:
    """Record a log-in that failed and, once, the lock that it brought.

    The actor is the system, because who typed is not proven. A name that no account has is not kept: people
    type passwords into that field.
    """
    gate = jobs.system_user("gate")
    target, after = user or gate, client.as_json(method=method)
    event = audit.record(actor=gate, action=REFUSED, target=target, after=after)
    return _record_lock(target, gate, after) if locked else event


def _record_lock(target: User, gate: User, after: dict[str, object]) -> AuditEvent:
    """Record the lock and tell the administrators at once: somebody may be trying to get in."""
    where = f"{reverse('logins')}?q={target.username}"
    told = administrators_of(target)
    notify(users=told, kind=Notification.Kind.ACCOUNT_LOCKED, about=target.username, url=where)
    return audit.record(actor=gate, action=LOCKED, target=target, after=after)
