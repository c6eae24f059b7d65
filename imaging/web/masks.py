"""Masks of a series: uploaded by a reader, and drawn over the image by the viewer."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from edc import access
from edc.errors import InvalidInput
from edc.numbers import whole_number
from edc.web.request import Request
from imaging import selectors
from imaging.seg.rendering import overlay
from imaging.services.segmentation import DrawnMask, upload_mask
from imaging.services.volumes import fetch_mask, fetch_volume


@login_required
@require_POST
def series_masks(request: Request, pk: int) -> HttpResponse:
    """Take a NIfTI or DICOM SEG file (`file`, `structure`, `label`, `value`); answers what was stored."""
    series = get_object_or_404(selectors.series_visible_to(request.user), pk=pk)
    access.require(request.user, "read_images", site=series.imaging_study.subject.site)
    file = request.FILES.get("file")
    if file is None:
        message = _("Choose a file: NIfTI (.nii, .nii.gz) or DICOM SEG (.dcm).")
        raise InvalidInput(message, fields={"file": message})
    value = request.POST.get("value", "")
    drawn = DrawnMask(
        content=file.read(),
        structure=request.POST.get("structure", ""),
        label=request.POST.get("label", ""),
        value=whole_number(value),
    )
    mask = upload_mask(series=series, drawn=drawn, actor=request.user)
    answer = {
        "id": mask.pk,
        "structure": mask.structure,
        "label": mask.label,
        "volume_ml": mask.volume_ml,
        "voxel_count": mask.voxel_count,
        "overlay": reverse("segmentation-overlay", args=[mask.pk]),
    }
    return JsonResponse(answer, status=201)


@login_required
@require_GET
def segmentation_overlay(request: Request, pk: int) -> HttpResponse:
    """The mask as run lengths by image, for the viewer; it never changes, so the browser may keep it."""
    mask = get_object_or_404(
        selectors.segmentations_visible_to(request.user).select_related("series__imaging_study"), pk=pk
    )
    volume = fetch_volume(mask.series)
    content = overlay({mask.label or mask.structure: fetch_mask(mask, volume)}, volume.sop_instance_uids)
    return JsonResponse(content, headers={"Cache-Control": "private, max-age=600"})
