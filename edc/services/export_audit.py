"""The audit trail of the subjects in an export, as its requester may read it."""

import json
from collections.abc import Iterator

from edc.models import AuditEvent, Site, Snapshot, User
from edc.selectors.audit_trail import audit_visible_to

AUDIT_HEAD = (
    "ID", "AT", "ACTOR", "ROLE", "SITE", "SUBJECT", "ACTION", "TARGET", "PATH", "BEFORE", "AFTER", "REASON",
    "CHANNEL", "SOFTWARE", "HASH",
)  # fmt: skip


def audit_rows(snapshot: Snapshot, sites: list[Site], actor: User) -> Iterator[list[str]]:
    """Yield the events of these sites up to the snapshot's, oldest first; withheld values are withheld."""
    found = audit_visible_to(actor).filter(study=snapshot.study, site__in=sites, pk__lte=snapshot.audit_event)
    for event in found.order_by("pk").iterator(chunk_size=1000):
        yield _row(event)


def _row(event: AuditEvent) -> list[str]:
    hidden = getattr(event, "withheld", False)
    return [
        str(event.pk), event.at.isoformat(), event.actor_name, event.role,
        event.site.oid if event.site else "",
        event.subject.subject_key if event.subject else "", event.action,
        f"{event.target_type} {event.target_id}", event.path, "withheld" if hidden else _text(event.before),
        "withheld" if hidden else _text(event.after), event.reason, event.channel, event.software_version,
        event.hash,
    ]  # fmt: skip


def _text(value: object) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
