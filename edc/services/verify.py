"""Source data verification of a completed form."""

from django.db import transaction

from edc import access, audit
from edc.models import FormInstance, User, Verification
from edc.services.moves import move
from edc.services.seen import require_seen


@transaction.atomic
def verify_form(*, form: FormInstance, actor: User, seen: str | None = None) -> Verification:
    """Note that the form's present content agrees with its source; a later change of content breaks
    the mark.

    `seen` is the hash of the content that the person was shown; raises Conflict when it is no longer the
    form's.
    """
    access.require(actor, "verify_data", site=form.subject.site)
    form = FormInstance.objects.select_for_update().get(pk=form.pk)
    require_seen(form, seen)
    move(form, FormInstance.Status.VERIFIED)
    verification = Verification.objects.create(form=form, verifier=actor, content_sha256=form.content_sha256)
    after = {"sha256": form.content_sha256}
    audit.record(actor=actor, action="form.verified", target=form, after=after)
    return verification
