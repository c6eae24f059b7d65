"""Taking the audit trail out is itself an event of the trail."""

from collections.abc import Mapping

from django.db import transaction

from edc import access, audit
from edc.models import AuditEvent, Study, User


@transaction.atomic
def record_audit_export(*, study: Study, form: str, filters: Mapping[str, str], actor: User) -> AuditEvent:
    """Record that the actor takes out what the filters leave, as `form` (csv, jsonl, xlsx); return the event.

    Its id bounds the export: events up to it are sent, so that the export does not run after its own tail.
    """
    access.require(actor, "view_audit", study=study)
    after = {"form": form, "filters": dict(filters)}
    return audit.record(actor=actor, action="audit.exported", target=study, after=after)
