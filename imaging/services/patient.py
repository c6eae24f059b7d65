"""Whether images carry the subject's hospital number: the first delivery sets it, a person adds another."""

from django.db import transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import Subject, User
from imaging.models import KnownPatient, UploadSession

LONGEST_REASON = 500


def is_known_patient(subject: Subject, patient_key: str) -> bool | None:
    """Tell whether images came under this key before; None while the subject has no images at all."""
    keys = set(KnownPatient.objects.filter(subject=subject).values_list("patient_key", flat=True))
    return patient_key in keys if keys else None


@transaction.atomic
def know_patient(*, subject: Subject, patient_key: str, actor: User) -> bool:
    """Make the key of a subject's first stored image its known one; False where another is known already.

    Two first deliveries at once take turns: the later one is measured by the earlier.
    """
    known = is_known_patient(subject, patient_key)
    if known is not None:
        return known
    Subject.objects.select_for_update(no_key=True).only("pk").get(pk=subject.pk)
    known = is_known_patient(subject, patient_key)
    if known is not None:
        return known
    first = KnownPatient.objects.create(subject=subject, patient_key=patient_key)
    audit.record(actor=actor, action="patient.known", target=first, after={"first": True})
    return True


@transaction.atomic
def accept_patient(*, session: UploadSession, reason: str, actor: User) -> KnownPatient:
    """Accept the hospital number of a delivery as one more of the subject's; its files are then sent again.

    Raises InvalidInput without a reason, NotNow where the number needs no acceptance. The number itself is
    not known here and stands nowhere: the record names the delivery.
    """
    access.require(actor, "resolve_disagreement", site=session.subject.site)
    reason = reason.strip()
    if not 1 <= len(reason) <= LONGEST_REASON:
        message = _("Say in up to %(most)d characters why the number changed.") % {"most": LONGEST_REASON}
        raise InvalidInput(message, fields={"reason": message})
    Subject.objects.select_for_update(no_key=True).only("pk").get(pk=session.subject_id)
    if not session.patient_key or is_known_patient(session.subject, session.patient_key) is not False:
        raise NotNow(_("The number of this delivery needs no acceptance."))
    known = KnownPatient.objects.create(
        subject=session.subject, patient_key=session.patient_key, accepted_by=actor, reason=reason
    )
    audit.record(
        actor=actor, action="patient.accepted", target=known, reason=reason,
        after={"upload": str(session.public_id)},
    )  # fmt: skip
    return known
