"""The audit trail of the subjects in an export, as its requester may read it."""

import json
from collections.abc import Iterator
from pathlib import Path

from edc.models import AuditEvent, Site, Snapshot, User
from edc.selectors.audit_chain_export import Part, chain_lines
from edc.selectors.audit_trail import audit_visible_to
from edc.selectors.item_history import clock_of

CHAIN = "audit/chain.jsonl"

AUDIT_HEAD = (
    "ID", "AT", "TYPED_AT", "CLOCK_OFF_S", "ACTOR", "ROLE", "SITE", "SUBJECT", "ACTION", "TARGET", "PATH",
    "BEFORE", "AFTER", "REASON", "CHANNEL", "SOFTWARE", "HASH",
)  # fmt: skip


def audit_rows(snapshot: Snapshot, sites: list[Site], actor: User) -> Iterator[list[str]]:
    """Yield the events of these sites up to the snapshot's, oldest first; withheld values are withheld."""
    found = audit_visible_to(actor).filter(study=snapshot.study, site__in=sites, pk__lte=snapshot.audit_event)
    for event in found.order_by("pk").iterator(chunk_size=1000):
        yield _row(event)


def _row(event: AuditEvent) -> list[str]:
    hidden, clock = getattr(event, "withheld", False), clock_of(event)
    return [
        str(event.pk), event.at.isoformat(), clock.get("typed_at") or "", _text(clock.get("off_s")),
        event.actor_name, event.role, event.site.oid if event.site else "",
        event.subject.subject_key if event.subject else "", event.action,
        f"{event.target_type} {event.target_id}", event.path, "withheld" if hidden else _text(event.before),
        "withheld" if hidden else _text(event.after), event.reason, event.channel, event.software_version,
        event.hash,
    ]  # fmt: skip


def _text(value: object) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def write_chain(path: Path, snapshot: Snapshot, sites: list[Site], actor: User) -> int:
    """Write the whole chain with the content of these sites up to the snapshot; return how many rows.

    For verify_trail.py. It runs to the present end, so that a later row explains what was redacted since.
    """
    last = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    part = Part(sites, snapshot.audit_event)
    count = -2  # the header and the footer are no rows
    with path.open("w", encoding="utf-8") as out:
        for line in chain_lines(study=snapshot.study, actor=actor, upto=last, part=part):
            out.write(line)
            count += 1
    return count
