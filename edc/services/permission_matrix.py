"""Recording what the role table gives, each time it changed, and that the matrix was taken out."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from edc import access, audit
from edc.models import AuditEvent, PermissionMatrix, Study, User
from edc.selectors.permission_matrix import differences, last_recorded, present_matrix, sha256_of

READS = ("view_audit", "manage_people")


@transaction.atomic
def record_matrix(*, actor: User) -> PermissionMatrix | None:
    """Keep the present matrix where it is not the last that was recorded, and return it; else None.

    What differs (role, capability, given or taken) stands in the audit trail of every study: the table is the
    whole platform's. Only background work may; callers hold a lock, as two at once would count the same.
    """
    if not actor.is_system:
        raise PermissionDenied("record_matrix")
    matrix, last = present_matrix(), last_recorded()
    digest = sha256_of(matrix)
    if last is not None and last.sha256 == digest:
        return None
    number = last.number + 1 if last else 1
    recorded = PermissionMatrix.objects.create(
        number=number, content=matrix, sha256=digest, software_version=settings.SOFTWARE_VERSION
    )
    before = {"number": last.number, "sha256": last.sha256} if last else None
    after: dict[str, object] = {"number": number, "sha256": digest}
    if last:
        after["changes"] = [each.as_json() for each in differences(last.content, matrix)]
    action = "permissions.changed" if last else "permissions.recorded"
    for place in [audit.Place(study=each) for each in Study.objects.order_by("pk")] or [audit.Place()]:
        audit.record(actor=actor, action=action, target=recorded, before=before, after=after, place=place)
    return recorded


@transaction.atomic
def record_matrix_export(*, study: Study, form: str, sha256: str, actor: User) -> AuditEvent:
    """Record that the actor takes the matrix of this hash out, as `form` (csv, json)."""
    if not any(access.may(actor, name, study=study) for name in READS):
        raise PermissionDenied(READS)
    after = {"form": form, "sha256": sha256}
    return audit.record(actor=actor, action="permissions.exported", target=study, after=after)
