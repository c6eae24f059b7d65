"""A series out of the archive as one volume in patient space.

A read raises Unavailable when the archive does not answer, and NotHeld when it does not hold the images.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _
from pydicom import dcmread
from pydicom.dataset import Dataset

from edc.errors import NotHeld, Unavailable
from imaging.archive import ArchiveUnavailable, InstanceNotFound, from_url
from imaging.models import Segmentation, Series
from imaging.seg.dicom_seg import read_seg
from imaging.seg.volume import Volume, read_volume


def fetch_datasets(series: Series) -> list[Dataset]:
    """Return the de-identified instances of a series."""
    study_uid = series.imaging_study.study_instance_uid
    archive = from_url(settings.ARCHIVE_URL)
    with archive_answers():
        return [
            dcmread(BytesIO(archive.instance(study_uid, series.series_instance_uid, uid)))
            for uid in series.instances.values_list("sop_instance_uid", flat=True)
        ]


def fetch_volume(series: Series) -> Volume:
    """Return the volume of a series; raises SegmentationRefused where its planes make none."""
    return read_volume(fetch_datasets(series))


def fetch_mask(segmentation: Segmentation, volume: Volume) -> np.ndarray:
    """Return the boolean mask (z, y, x) of a stored segmentation on the volume of its series."""
    with archive_answers():
        content = from_url(settings.ARCHIVE_URL).instance(
            segmentation.series.imaging_study.study_instance_uid,
            segmentation.seg_series_instance_uid,
            segmentation.sop_instance_uid,
        )
    return read_seg(content, volume)[0].mask


@contextmanager
def archive_answers() -> Iterator[None]:
    """Tell what the archive could not do as the errors of services."""
    try:
        yield
    except ArchiveUnavailable as error:
        raise Unavailable(_("The image archive does not answer; try again shortly.")) from error
    except InstanceNotFound as error:
        raise NotHeld(_("The image archive does not hold these images. Tell the administrator.")) from error
