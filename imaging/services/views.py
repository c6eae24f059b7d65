"""Images seen by who knows the subject while the blinded reads of them go on: in the audit trail."""

from edc.models import AuditEvent, User
from edc.services.views import IMAGES, record_view
from imaging import selectors
from imaging.models import ImagingStudy, Read

READERS = ("reader-1", "reader-2")


def record_images_view(*, imaging_study: ImagingStudy, actor: User, part: bool = False) -> AuditEvent | None:
    """Record that the actor saw the pixels knowing the subject; None for the study's own blinded readers, and
    once both reads are sealed.
    """
    if selectors.names_in_place_of_subjects(actor, [imaging_study]):
        return None
    sealed = imaging_study.reads.filter(stream__in=READERS, status=Read.Status.SUBMITTED)
    if sealed.count() >= len(READERS):
        return None
    return record_view(target=imaging_study.form, action=IMAGES, actor=actor, part=part)
