"""Locking a form against every change, and unlocking it with a reason."""

from django.db import transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import NotNow
from edc.models import FormInstance, Query, User
from edc.services.moves import move
from edc.services.reasons import required_text

Status = FormInstance.Status


def require_open(form: FormInstance, *, path: str = "", asking: bool = False) -> None:
    """Raise NotNow where the form, or the item at `path`, may not change; `asking`: where it may not be
    asked about either.

    Every service that writes anything of a form calls this, whatever the channel.
    """
    if form.status == Status.LOCKED:
        raise NotNow(_("The form is locked. Ask a data manager to unlock it."))


@transaction.atomic
def lock_form(*, form: FormInstance, actor: User, reason: str) -> FormInstance:
    """Lock a completed form; refused while a query on it is not settled."""
    access.require(actor, "lock_form", site=form.subject.site)
    reason = required_text(reason, field="reason")
    form = FormInstance.objects.select_for_update().get(pk=form.pk)
    unsettled = form.queries.filter(state__in=Query.UNSETTLED).count()
    if unsettled:
        raise NotNow(_("Settle the open queries of this form first: %(count)d.") % {"count": unsettled})
    before = form.status
    move(form, Status.LOCKED)
    audit.record(
        actor=actor, action="form.locked", target=form, before=before, after=form.status, reason=reason
    )
    return form


@transaction.atomic
def unlock_form(*, form: FormInstance, actor: User, reason: str) -> FormInstance:
    """Open a locked form again; it returns to signed, verified or complete as its unbroken marks say."""
    access.require(actor, "lock_form", site=form.subject.site)
    reason = required_text(reason, field="reason")
    form = FormInstance.objects.select_for_update().get(pk=form.pk)
    move(form, _status_by_marks(form))
    audit.record(
        actor=actor,
        action="form.unlocked",
        target=form,
        before=Status.LOCKED,
        after=form.status,
        reason=reason,
    )
    return form


def _status_by_marks(form: FormInstance) -> str:
    holding = {"content_sha256": form.content_sha256, "broken_at__isnull": True}
    if form.signatures.filter(**holding).exists():
        return Status.SIGNED
    return Status.VERIFIED if form.verifications.filter(**holding).exists() else Status.COMPLETE
