"""The contrast phase or MR sequence of a series, confirmed or corrected by a person."""

from django.db import transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput
from edc.models import FormInstance, User
from edc.services.lock import require_open
from imaging.models import Series
from imaging.selectors import phase_choices
from imaging.services.binding import CONFIRMED, bind_series


@transaction.atomic
def confirm_phase(*, series: Series, phase: str, actor: User) -> Series:
    """Say which phase (CT) or sequence (MR) a series is; the protocol is judged again with it.

    Raises InvalidInput for a code that the study's codelist does not have.
    """
    study = series.imaging_study
    access.require(actor, "upload_images", site=study.subject.site)
    require_open(FormInstance.objects.select_for_update().get(pk=study.form_id))
    series = Series.objects.select_for_update().get(pk=series.pk)
    if phase not in {code for code, _label in phase_choices(study.form, series.modality)}:
        message = _("Choose a phase of the study's list.")
        raise InvalidInput(message, fields={"phase": message})
    before = {"phase": series.phase, "confirmed": series.phase_confidence == CONFIRMED}
    series.phase, series.phase_confidence = phase, CONFIRMED
    series.save(update_fields=["phase", "phase_confidence"])
    bind_series(form=study.form, actor=actor)
    series.refresh_from_db()
    audit.record(
        actor=actor, action="series.phase_confirmed", target=series, place=audit.place_of(study),
        before=before, after={"phase": phase, "confirmed": True, "verdict": series.verdict},
    )  # fmt: skip
    return series
