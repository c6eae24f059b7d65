"""The audit door: every change is recorded here, in the transaction of the change, and chained by hash."""

import hashlib
import json
import secrets
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from edc import access
from edc.models import AuditEvent, AuditHead, Site, Study, Subject, User

GENESIS = "0" * 64
# The event that names the rows whose values were masked, with the hash of what they say since.
REDACTION = "redaction.applied"
HASHED_FIELDS = (
    "at", "actor_id", "actor_name", "role", "study_id", "site_id", "subject_id", "action", "target_type",
    "target_id", "path", "before", "after", "reason", "channel", "blinded", "request_id",
    "software_version", "salt", "previous_hash",
)  # fmt: skip


@dataclass(frozen=True)
class Context:
    """Where a change comes from."""

    channel: str = "command"
    request_id: str = ""


# What a process does outside requests and tasks: the rows of one command carry one id.
COMMAND = Context(request_id=str(uuid.uuid4()))
SYSTEM_ROLE = "system"
_context: ContextVar[Context] = ContextVar("audit_context")


@contextmanager
def channel(name: str, *, request_id: str = "") -> Iterator[None]:
    """Record what happens inside as having come through this channel (page, api, task, command, import)."""
    token = _context.set(Context(channel=name, request_id=request_id or str(uuid.uuid4())))
    try:
        yield
    finally:
        _context.reset(token)


class AuditContextMiddleware:
    """Give each request an id and a channel; the answer carries the id, so that an audit row finds it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = str(uuid.uuid4())
        with channel("api" if request.path.startswith("/api/") else "page", request_id=request_id):
            response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id
        return response


def digest(content: object) -> str:
    """Return the SHA-256 of the canonical JSON of the content."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def event_hash(event: AuditEvent) -> str:
    """Return the hash an event must carry: over all its fields and the hash of the event before it."""
    row = {name: getattr(event, name) for name in HASHED_FIELDS}
    row["at"] = event.at.isoformat()
    return digest(row)


@dataclass(frozen=True)
class Place:
    """The study, site and subject that a target belongs to."""

    study: Study | None = None
    site: Site | None = None
    subject: Subject | None = None


def place_of(target: models.Model) -> Place:
    """Find the study, site and subject of a target by following its own relations."""
    if isinstance(target, Study):
        return Place(study=target)
    if isinstance(target, Site):
        return Place(study=target.study, site=target)
    if isinstance(target, Subject):
        return Place(study=target.study, site=target.site, subject=target)
    for name in ("subject", "form", "disagreement", "query", "site", "study"):
        owner = getattr(target, name, None)
        if isinstance(owner, models.Model):
            return place_of(owner)
    return Place()


def record(  # noqa: PLR0913 - the columns of the record
    *,
    actor: User,
    action: str,
    target: models.Model,
    before: object = None,
    after: object = None,
    reason: str = "",
    path: str = "",
    blinded: str = "",
    place: Place | None = None,
) -> AuditEvent:
    """Append one event; must run inside the transaction of the change, and the actor must be somebody."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("audit.record must run in the transaction of the change")
    place = place or place_of(target)
    context = _context.get(COMMAND)
    event = AuditEvent(
        at=timezone.now(),
        actor=actor,
        actor_name=f"{actor.display_name or actor.username} ({actor.username})"[:160],
        role=_role_of(actor, place),
        study=place.study,
        site=place.site,
        subject=place.subject,
        action=action,
        target_type=target._meta.label_lower,
        target_id=str(target.pk),
        path=path,
        before=before,
        after=after,
        reason=reason,
        channel=context.channel,
        blinded=blinded,
        request_id=context.request_id,
        software_version=settings.SOFTWARE_VERSION,
        salt=secrets.token_hex(16),
    )
    return _append(event)


def _role_of(actor: User, place: Place) -> str:
    """Return every role the actor holds at the place, or anywhere where it belongs to no study yet."""
    if actor.is_system:
        return SYSTEM_ROLE
    here = access.roles_at(actor, study=place.study, site=place.site) if place.study else []
    roles = here or sorted(set(actor.memberships.filter(active=True).values_list("role", flat=True)))
    return ",".join(roles)[:120]


def _append(event: AuditEvent) -> AuditEvent:
    """Chain the event to the last one, under the lock of the chain's head."""
    head = AuditHead.objects.select_for_update().get_or_create(pk=1, defaults={"last_hash": GENESIS})[0]
    event.previous_hash = head.last_hash
    event.hash = event_hash(event)
    event.save(force_insert=True)
    head.last_hash, head.length = event.hash, head.length + 1
    head.save(update_fields=["last_hash", "length"])
    return event


def record_each(
    *, actor: User, action: str, target: models.Model, changes: Mapping[str, tuple], **more: Any
) -> None:
    """Append one event for each path whose value changed; `changes` maps a path to (before, after)."""
    for path, (before, after) in sorted(changes.items()):
        if before != after:
            record(actor=actor, action=action, target=target, path=path, before=before, after=after, **more)
