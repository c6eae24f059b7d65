"""What the upload panel shows: the delivery under way, the series that came and whether they fit."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from edc import access
from edc.models import FormInstance, Query, User
from edc.selectors import form_state
from edc.selectors.owed import event_name, form_name
from imaging import selectors
from imaging.models import ImagingStudy, Series, UploadSession
from imaging.services.binding import CONFIRMED
from imaging.services.patient import is_known_patient
from imaging.services.receipt import count

VERDICT_SHAPES = {"pass": "done", "deviation": "soft", "unusable": "over"}
DICOM_WEB = "/api/v1/dicom-web"
ABDOMEN = [350, 40]


@dataclass(frozen=True)
class SeriesRow:
    """One series as the table shows it."""

    series: Series
    phase_label: str
    choices: list[tuple[str, str]]
    shape: str

    @property
    def confirmed(self) -> bool:
        return self.series.phase_confidence == CONFIRMED

    @property
    def percent(self) -> int:
        return round(self.series.phase_confidence * 100)


def panel_of(form: FormInstance, actor: User, *, viewer: bool) -> dict[str, Any]:
    """Return the context of `imaging/upload_panel.html`; pixels only where the actor may see them."""
    study = ImagingStudy.objects.filter(form=form).first()
    rows = series_rows(form, study)
    sees_pixels = study is not None and access.may(actor, "view_images", site=form.subject.site)
    locked = form.status == FormInstance.Status.LOCKED
    may_upload = not locked and access.may(actor, "upload_images", site=form.subject.site)
    return {
        "form": form,
        "study": study,
        "series": rows,
        "may_upload": may_upload,
        "sees_pixels": sees_pixels and bool(rows),
        "pictured": selectors.pictured_series_visible_to(actor).filter(imaging_study=study).exists(),
        "viewer": viewer_of(study, rows) if study and viewer and sees_pixels and rows else None,
        "dates": compare_dates(form, study, actor),
        "notes": open_notes(form),
        "receipt": latest_receipt(form),
        "under_way": under_way(form, actor) if may_upload else None,
        "other_patient": other_patient(form),
        "may_accept": access.may(actor, "resolve_disagreement", site=form.subject.site),
        "settings": upload_settings(form) if may_upload else None,
    }


def series_rows(form: FormInstance, study: ImagingStudy | None) -> list[SeriesRow]:
    """Return the series of the form's study in the order of their phases."""
    if study is None:
        return []
    series = list(study.series.all())
    choices = {each.modality: selectors.phase_choices(form, each.modality) for each in series}
    rows = [
        SeriesRow(
            each,
            dict(choices[each.modality]).get(each.phase, each.phase),
            choices[each.modality],
            VERDICT_SHAPES[each.verdict],
        )
        for each in series
    ]
    return sorted(rows, key=_in_order)


def _in_order(row: SeriesRow) -> tuple[int, int]:
    codes = [code for code, _label in row.choices]
    return (codes.index(row.series.phase) if row.series.phase in codes else len(codes), row.series.pk)


def viewer_of(study: ImagingStudy, rows: list[SeriesRow]) -> dict[str, Any]:
    """Return what `partials/viewer.html` needs to show the series."""
    return {
        "id": f"viewer-{study.pk}",
        "label": _("Images of the visit"),
        "options": {
            "dicomWebRoot": DICOM_WEB,
            "studyUid": study.study_instance_uid,
            "series": [{"uid": row.series.series_instance_uid, "label": series_label(row)} for row in rows],
            "window": ABDOMEN,
            "readOnly": True,
        },
    }


def series_label(row: SeriesRow) -> str:
    """Return the name of a series on its tab: its phase, else its description, else its number."""
    return row.phase_label or row.series.description or _("Series %(number)d") % {"number": row.series.pk}


@dataclass(frozen=True)
class Dates:
    """The study date as the images tell it and as the form does, as far as the actor sees it."""

    images: date | None
    form: str

    @property
    def agree(self) -> bool:
        return not self.form or self.images is None or self.form == self.images.isoformat()


def compare_dates(form: FormInstance, study: ImagingStudy | None, actor: User) -> Dates | None:
    """Return both dates, or None while there are no images."""
    if study is None:
        return None
    entry = form_state(form, actor).record["items"].get("IT.IMA.IMDAT") or {}
    return Dates(study.acquired_on, str(entry.get("raw") or ""))


def open_notes(form: FormInstance) -> list[Query]:
    """Return the open imaging queries about the delivery as a whole; those of a series stand in its row."""
    queries = form.queries.filter(origin=Query.Origin.IMAGING, state__in=Query.UNSETTLED)
    return [each for each in queries.order_by("raised_at") if each.rule_oid.endswith(":")]


def latest_receipt(form: FormInstance) -> UploadSession | None:
    """Return the last submitted delivery of the form."""
    return (
        form.upload_sessions.filter(status=UploadSession.Status.SUBMITTED).order_by("-submitted_at").first()
    )


def other_patient(form: FormInstance) -> UploadSession | None:
    """Return the form's newest delivery when its patient number is not one of the subject's."""
    newest = form.upload_sessions.exclude(patient_key="").first()
    unknown = newest and is_known_patient(form.subject, newest.patient_key) is False
    return newest if unknown else None


def under_way(form: FormInstance, actor: User) -> dict[str, int] | None:
    """Return the counts of the actor's open delivery, so that it can be gone on with."""
    session = form.upload_sessions.filter(created_by=actor, status=UploadSession.Status.OPEN).first()
    return count(session) if session else None


def upload_settings(form: FormInstance) -> dict[str, Any]:
    """Return what `static/js/upload.js` needs: where to send, and the words that it says."""
    return {
        "uploads": reverse("api:uploads"),
        "series": reverse("imaging-form-series", args=[form.pk]),
        "where": {
            "study": form.subject.study.oid,
            "subject_key": form.subject.subject_key,
            "event_oid": form.event.event_oid,
            "event_repeat_key": form.event.repeat_key,
            "form_oid": form.form_oid,
            "form_repeat_key": form.repeat_key,
        },
        "words": _words(),
    }


def _words() -> dict[str, str]:
    return {
        "nothing": _("There are no files in this folder. Choose the folder with the exported images."),
        "opening": _("Opening the upload"),
        "comparing": _("Looking what has arrived already: {done} of {total}"),
        "sending": _("{done} of {total} sent"),
        "paused": _("Paused at {done} of {total}. Nothing is lost; go on when you like."),
        "waiting": _("The connection is down. {done} of {total} sent; goes on by itself."),
        "judging": _("All sent. The series are being judged."),
        "finished": _("{stored} of {total} files stored."),
        "refused": _("{count} refused"),
        "stopped": _("Stopped: {cause}"),
        "left_out": _("{count} files that are no images (such as DICOMDIR) were left out."),
        "pause": _("Pause"),
        "resume": _("Go on"),
        "stored": pgettext("file", "Stored"),
        "already": pgettext("file", "Was there already"),
        "waits": pgettext("file", "Waiting"),
        "under_way": pgettext("file", "Sending"),
        "not_taken": pgettext("file", "Refused"),
    }


def title_of(form: FormInstance) -> dict[str, str]:
    """Return the names of the form and its visit in the reader's language."""
    return {"form_name": form_name(form), "event_name": event_name(form.event, form)}
