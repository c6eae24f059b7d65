"""What was vouched for and does not hold any more: signatures, verifications and reviews after a change."""

from django.utils import timezone

from edc import audit
from edc.models import FormInstance, User
from edc.services.moves import move
from edc.services.review import break_reviews
from edc.services.verify.marks import break_stale

Status = FormInstance.Status


def break_marks(form: FormInstance, reason: str, actor: User) -> None:
    """Break what was given for other content than the form's present one, each by its own rule.

    Called inside the transaction of the change, after the form's new hash is kept. A signature breaks with
    any change; verifications as the plan says, reviews as their type says.
    """
    stale = form.signatures.filter(broken_at__isnull=True).exclude(content_sha256=form.content_sha256)
    for signature in stale:
        signature.broken_at, signature.broken_by = timezone.now(), actor
        signature.broken_reason = reason[:300]
        signature.save(update_fields=["broken_at", "broken_by", "broken_reason"])
        audit.record(actor=actor, action="signature.broken", target=signature, reason=reason)
    break_reviews(form, reason, actor)
    break_stale(form, reason, actor)
    if form.status == Status.SIGNED and not form.signatures.filter(broken_at__isnull=True).exists():
        move(form, Status.COMPLETE)
        if form.verifications.filter(broken_at__isnull=True).exists():
            move(form, Status.VERIFIED)
