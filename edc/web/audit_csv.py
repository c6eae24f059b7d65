"""The audit trail as rows of text: codes beside words, so that people and programs can both read it."""

import json
from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from edc.models import AuditEvent
from edc.selectors.item_history import clock_of
from edc.web.audit_rows import BATCH, AuditRow, audit_rows

COLUMNS = (
    "id", "at", "at_local", "typed_at", "clock_off_s", "actor", "username", "role", "role_label", "study",
    "site", "subject", "action", "action_label", "target", "target_label", "path", "item_label", "before",
    "after", "before_label", "after_label", "reason", "reason_label", "channel", "software_version",
    "request_id", "previous_hash", "hash",
)  # fmt: skip


def csv_rows(found: QuerySet[AuditEvent]) -> Iterator[list[str]]:
    """Yield the cells of each event under `COLUMNS`; no more than a batch is in memory."""
    return (_cells(row) for row in audit_rows(found.iterator(chunk_size=BATCH)))


def _cells(row: AuditRow) -> list[str]:
    event = row.event
    withheld, clock = _("withheld"), clock_of(event)
    return [
        str(event.pk),
        event.at.isoformat(),
        row.local,
        str(clock.get("typed_at") or ""),
        _text(clock.get("off_s")),
        event.actor_name,
        event.actor.username if event.actor else "",
        event.role,
        row.role,
        event.study.oid if event.study else "",
        event.site.oid if event.site else "",
        event.subject.subject_key if event.subject else "",
        event.action,
        row.action,
        f"{event.target_type} {event.target_id}",
        row.target,
        event.path,
        row.item,
        "withheld" if event.withheld else _text(event.before),
        "withheld" if event.withheld else _text(event.after),
        withheld if event.withheld else row.before,
        withheld if event.withheld else row.after,
        event.reason,
        row.reason,
        event.channel,
        event.software_version,
        event.request_id,
        event.previous_hash,
        event.hash,
    ]


def _text(value: object) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)
