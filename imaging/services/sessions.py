"""Upload sessions: opened for one imaging form, resumable, and closed with a receipt."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import FormInstance, User, design_of
from edc.services.lock import require_open
from imaging.models import UploadSession
from imaging.services.binding import bind_series
from imaging.services.receipt import write_receipt

MAX_ANNOUNCED = 20_000
OPEN_FOR = timedelta(days=7)


def is_imaging_form(form: FormInstance) -> bool:
    """Tell whether the study's imaging protocol expects images on this form."""
    return any(each.form == form.form_oid for each in design_of(form.design_version).imaging)


@transaction.atomic
def open_session(*, form: FormInstance, announced_count: int, actor: User) -> UploadSession:
    """Open a delivery for the form, or return the sender's open one with the new announcement.

    Raises InvalidInput for a form that takes no images or an impossible count.
    """
    access.require(actor, "upload_images", site=form.subject.site)
    if not is_imaging_form(form):
        raise InvalidInput(
            _("This form takes no images; open the imaging acquisition form of the visit."),
            fields={"form": form.form_oid},
        )
    if not 1 <= announced_count <= MAX_ANNOUNCED:
        raise InvalidInput(
            _("Announce between 1 and %(most)d files.") % {"most": MAX_ANNOUNCED},
            fields={"announced_count": str(announced_count)},
        )
    require_open(FormInstance.objects.select_for_update().get(pk=form.pk))
    session = UploadSession.objects.filter(
        form=form, created_by=actor, status=UploadSession.Status.OPEN
    ).first()
    before = session.announced_count if session else None
    if session is None:
        session = UploadSession(form=form, subject=form.subject, created_by=actor)
    session.announced_count = announced_count
    session.save()
    audit.record(
        actor=actor, action="upload.opened", target=session,
        before={"announced_count": before} if before is not None else None,
        after={"announced_count": announced_count},
    )  # fmt: skip
    return session


def submit_session(*, session: UploadSession, actor: User) -> UploadSession:
    """Close the delivery: judge the series by the protocol, write the receipt. A repeat is a no-op."""
    access.require(actor, "upload_images", site=session.subject.site)
    with transaction.atomic():
        # The form before the session, as for a file that arrives: in another order the two would deadlock.
        form = FormInstance.objects.select_for_update().get(pk=session.form_id)
        session = UploadSession.objects.select_for_update().get(pk=session.pk)
        if session.status == UploadSession.Status.SUBMITTED:
            return session
        if session.status != UploadSession.Status.OPEN:
            raise NotNow(_("This upload has expired; open a new one and send the files again."))
        if not session.instances.exists():
            raise NotNow(_("Nothing has arrived in this upload; send the files first."))
        require_open(form)
        series = bind_series(form=session.form, actor=actor)
        session.receipt = write_receipt(session=session, series=series)
        session.status = UploadSession.Status.SUBMITTED
        session.submitted_at = timezone.now()
        session.save(update_fields=["receipt", "status", "submitted_at"])
        audit.record(actor=actor, action="upload.submitted", target=session, after=session.receipt["counts"])
    return session


@transaction.atomic
def expire_sessions(*, actor: User) -> int:
    """Mark sessions without a sign of life for a week as expired; what they stored stays stored."""
    limit = timezone.now() - OPEN_FOR
    stale = UploadSession.objects.select_for_update().filter(
        status=UploadSession.Status.OPEN, created_at__lt=limit
    ).exclude(last_received_at__gte=limit)  # fmt: skip
    for session in stale:
        session.status = UploadSession.Status.EXPIRED
        session.save(update_fields=["status"])
        audit.record(actor=actor, action="upload.expired", target=session)
    return len(stale)
