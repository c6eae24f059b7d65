"""Pictures of stored images: the middle slice of a series, and the slice on which a mask is largest."""

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.pixels import apply_modality_lut, pixel_array

from edc.errors import NotHeld
from imaging.archive import from_url
from imaging.models import Instance, Segmentation, Series
from imaging.seg.picture import slice_png
from imaging.seg.volume import Volume
from imaging.services.volumes import archive_answers, fetch_mask, fetch_volume

THUMBNAIL_WIDTH, PRINT_WIDTH = 256, 900


def series_picture(series: Series) -> bytes:
    """Return a PNG of the middle slice; one image is read, whatever the length of the series.

    Raises NotHeld where there is no picture to be had, Unavailable when the archive does not answer.
    """
    instances = list(series.instances.order_by("instance_number", "pk"))
    if not instances:
        raise _no_picture()
    middle = instances[len(instances) // 2]
    try:
        plane, dataset = _plane(series, middle)
    except (ValueError, RuntimeError, AttributeError, NotImplementedError) as error:
        # What a decoder raises on a code stream that it does not take: the series table says more.
        raise _no_picture() from error
    spacing = dataset.get("PixelSpacing") or (1, 1)
    return slice_png(
        plane, spacing=(float(spacing[0]), float(spacing[1])), modality=series.modality, width=THUMBNAIL_WIDTH
    )


def _plane(series: Series, instance: Instance) -> tuple[np.ndarray, Dataset]:
    """Return the instance's slice, of several frames the middle one, in rescaled values."""
    study_uid = series.imaging_study.study_instance_uid
    with archive_answers():
        content = from_url(settings.ARCHIVE_URL).instance(
            study_uid, series.series_instance_uid, instance.sop_instance_uid
        )
    dataset = dcmread(BytesIO(content))
    frame = instance.number_of_frames // 2 if instance.number_of_frames > 1 else None
    stored = pixel_array(dataset, index=frame)
    return np.asarray(apply_modality_lut(stored, dataset)), dataset


def _no_picture() -> NotHeld:
    return NotHeld(_("There is no picture of this series."))


@dataclass(frozen=True)
class MaskPicture:
    """A PNG of the slice with the mask's largest area; slices are numbered from 1 along the volume.

    `left_is_right`: the picture's columns run from the patient's right to the left, as radiologists look.
    """

    png: bytes
    slice_number: int
    slice_count: int
    area_cm2: float
    left_is_right: bool


def mask_picture(segmentation: Segmentation) -> MaskPicture:
    """Return the picture of a mask over its own series; of slices alike the first.

    Raises NotHeld or Unavailable as the archive answers, and SegmentationRefused where the series makes no
    volume.
    """
    volume = fetch_volume(segmentation.series)
    mask = fetch_mask(segmentation, volume)
    areas = mask.sum(axis=(1, 2))
    largest = int(areas.argmax())
    spacing = volume.spacing[1:]
    return MaskPicture(
        png=slice_png(
            volume.voxels[largest],
            spacing=spacing,
            modality=volume.modality,
            width=PRINT_WIDTH,
            mask=mask[largest],
        ),
        slice_number=largest + 1,
        slice_count=len(areas),
        area_cm2=round(float(areas[largest]) * spacing[0] * spacing[1] / 100, 2),
        left_is_right=_shows_right_at_left(volume),
    )


def _shows_right_at_left(volume: Volume) -> bool:
    """Tell whether columns ascend along patient x (PS3.3 C.7.6.2.1.1: x grows to the left hand side)."""
    along = volume.affine[:3, 0] / np.linalg.norm(volume.affine[:3, 0])
    return bool(along[0] > 0.9)
