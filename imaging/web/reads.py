"""Pages of the reader: the worklist and one blinded read. Nothing here tells subject, site or outcome."""

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from edc.errors import InvalidInput
from edc.models import User
from edc.numbers import keys
from edc.web.context import current_study
from edc.web.request import Request
from imaging import selectors
from imaging.models import Read, Segmentation
from imaging.seg.dicom_seg import PROPERTIES
from imaging.services.reads import assign_reads, drawn_from, remove_measurement, save_measurement, submit_read
from imaging.web.panel import ABDOMEN, DICOM_WEB, SeriesRow, series_label, series_rows

SHAPES = {"assigned": "todo", "started": "draft", "submitted": "locked"}
MOST_VIEWERS = 4
PAGE_ROWS = 50


@login_required
@require_GET
def reads(request: Request) -> HttpResponse:
    """The reader's own reads, those to do first; `?show=submitted` lists the sealed ones."""
    mine = selectors.reads_visible_to(request.user).filter(
        imaging_study__subject__study=current_study(request)
    )
    sealed = mine.filter(status=Read.Status.SUBMITTED)
    to_do = mine.exclude(status=Read.Status.SUBMITTED)
    show = request.GET.get("show", "")
    listed = sealed.order_by("-submitted_at") if show == "submitted" else to_do.order_by("-status", "pk")
    page = Paginator(listed, PAGE_ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [row_of(each) for each in page],
        "show": show,
        "to_do": to_do.count(),
        "sealed": sealed.count(),
    }
    return render(request, "imaging/reads.html", context)


def row_of(read: Read) -> dict[str, Any]:
    """Return a read as lists show it."""
    words = {"assigned": _("Unread"), "started": _("Reading"), "submitted": _("Sealed")}
    return {"read": read, "code": read.code, "shape": SHAPES[read.status], "word": words[read.status]}


def _read_or_404(request: Request, pk: int) -> Read:
    return get_object_or_404(selectors.reads_visible_to(request.user), pk=pk)


@login_required
@require_GET
def read(request: Request, pk: int) -> HttpResponse:
    """One blinded read: the series side by side, and the lesions measured so far."""
    found = _read_or_404(request, pk)
    study = found.imaging_study
    rows = series_rows(study.form, study)
    shown = request.GET.get("series", "")
    chosen = [row for row in rows if row.series.series_instance_uid == shown] or rows[:MOST_VIEWERS]
    own = selectors.segmentations_visible_to(request.user).filter(series__in=[row.series for row in rows])
    sealed = found.status == Read.Status.SUBMITTED
    mine = selectors.reads_visible_to(request.user).filter(imaging_study__subject__study=study.subject.study)
    to_do = mine.exclude(status=Read.Status.SUBMITTED)
    drawn = selectors.measurements_of(found)
    context = {
        "read": found,
        "code": found.code,
        "sealed": sealed,
        "series": rows,
        "viewers": [_viewer(found, row, drawn, _latest(own, row)) for row in chosen],
        "worklist": [row_of(each) for each in to_do.order_by("-status", "pk")[:30]],
        "to_do": to_do.count(),
        "done": mine.filter(status=Read.Status.SUBMITTED).count(),
        "total": mine.count(),
        "measurements": found.measurements.all(),
        "masks": own,
        "structures": _structures(),
        "settings": _settings(found, sealed),
    }
    return render(request, "imaging/read.html", context)


def _latest(own: Any, row: SeriesRow) -> Segmentation | None:
    return own.filter(series=row.series).first()


def _viewer(
    found: Read, row: SeriesRow, drawn: list[dict[str, object]], mask: Segmentation | None
) -> dict[str, Any]:
    options: dict[str, Any] = {
        "dicomWebRoot": DICOM_WEB,
        "studyUid": found.imaging_study.study_instance_uid,
        "series": [{"uid": row.series.series_instance_uid, "label": series_label(row)}],
        "window": ABDOMEN,
        "readOnly": found.status == Read.Status.SUBMITTED,
        "measurements": drawn,
    }
    if mask is not None:
        options |= {
            "overlayUrl": reverse("segmentation-overlay", args=[mask.pk]),
            "overlayLabel": mask.label or dict(_structures()).get(mask.structure, mask.structure),
        }
    return {"id": f"read-{row.series.pk}", "label": series_label(row), "options": options}


def _structures() -> list[tuple[str, str]]:
    words = {
        "liver": _("Liver"),
        "spleen": _("Spleen"),
        "lymph-node": _("Lymph node"),
        "neoplasm": _("Tumour"),
        "necrosis": _("Necrosis"),
        "thrombus": _("Thrombus"),
        "region": _("Region"),
    }
    return [(name, words[name]) for name in PROPERTIES]


def _settings(found: Read, sealed: bool) -> dict[str, Any]:
    """Return what `static/js/read.js` needs: where to send, and the words that it says."""
    return {
        "measurements": reverse("read-measurements", args=[found.pk]),
        "sealed": sealed,
        "words": {
            "saving": _("Saving"),
            "saved": _("Draft saved {time}"),
            "not_saved": _("Not saved: {cause}. It is tried again."),
            "refused": _("Not saved: {cause}"),
            "lesion": _("Lesion"),
            "remove": _("Take the measurement away"),
            "go": _("Show on the image"),
            "stored": _("Mask stored: {volume} ml"),
        },
    }


@login_required
@require_POST
def measurements(request: Request, pk: int) -> HttpResponse:
    """Keep one measurement (JSON), or with `removed` take it away; answers the diameters as computed here."""
    found = _read_or_404(request, pk)
    record = _json(request)
    if record.get("removed"):
        remove_measurement(read=found, uid=str(record.get("uid", "")), actor=request.user)
        return JsonResponse({"removed": True})
    kept = save_measurement(read=found, drawn=drawn_from(record), actor=request.user)
    return JsonResponse(
        {
            "uid": kept.uid,
            "label": kept.lesion_label,
            "long_axis_mm": kept.long_axis_tenths_mm / 10,
            "short_axis_mm": None if kept.short_axis_tenths_mm is None else kept.short_axis_tenths_mm / 10,
        }
    )


def _json(request: Request) -> dict[str, Any]:
    try:
        record = json.loads(request.body)
    except ValueError:
        record = None
    if not isinstance(record, dict):
        message = _("Send one measurement as a JSON object.")
        raise InvalidInput(message, fields={"measurement": message})
    return record


@login_required
@require_POST
def submit(request: Request, pk: int) -> HttpResponse:
    """Seal the read and go on to the next."""
    found = submit_read(read=_read_or_404(request, pk), note=request.POST.get("note", ""), actor=request.user)
    mine = selectors.reads_visible_to(request.user).exclude(status=Read.Status.SUBMITTED)
    study = found.imaging_study.subject.study_id
    following = mine.filter(imaging_study__subject__study=study).order_by("-status", "pk").first()
    return redirect("read", following.pk) if following else redirect("reads")


@login_required
@require_POST
def assign(request: Request, pk: int) -> HttpResponse:
    """Give a study to two readers; for who manages the study."""
    forms = selectors.imaging_forms_visible_to(request.user)
    form = get_object_or_404(forms.filter(imaging_study__pk=pk))
    chosen = [request.POST.get(name, "") for name in ("reader_1", "reader_2")]
    people = {str(each.pk): each for each in User.objects.filter(pk__in=keys(chosen))}
    readers = [people[each] for each in chosen if each in people]
    assign_reads(imaging_study=form.imaging_study, readers=readers, actor=request.user)
    return redirect("imaging-form", form.pk)
