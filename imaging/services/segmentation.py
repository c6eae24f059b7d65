"""Masks: uploaded by a reader or grown by an algorithm, stored as DICOM SEG, signed by a person."""

import hashlib
from dataclasses import dataclass, field

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from pydicom.uid import generate_uid

from edc import access, audit
from edc.errors import InvalidInput, NotNow, Unavailable
from edc.models import User
from edc.services.lock import require_open
from imaging.archive import ArchiveUnavailable, from_url
from imaging.models import Segmentation, Series
from imaging.seg.dicom_seg import PROPERTIES, SegIdentity, Segment, read_seg, write_seg
from imaging.seg.nifti import read_mask
from imaging.seg.refusal import SegmentationRefused
from imaging.seg.volume import Volume, read_volume
from imaging.services.volumes import fetch_datasets

ALGORITHM_TYPES = {
    Segmentation.Origin.UPLOADED: "MANUAL",
    Segmentation.Origin.SEMI_AUTOMATIC: "SEMIAUTOMATIC",
    Segmentation.Origin.MODEL: "AUTOMATIC",
}
DICM = b"DICM"


@dataclass(frozen=True)
class MaskDescription:
    """What a mask stands for and how it came about."""

    origin: str
    structure: str
    label: str = ""
    method: str = "manual"
    version: str = ""
    parameters: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class DrawnMask:
    """A file that a person drew: NIfTI or DICOM SEG; `value` chooses one label of a NIfTI that holds several.

    `structure` is one that `imaging/seg` has a code for, `label` the lesion, such as T01.
    """

    content: bytes
    structure: str
    label: str = ""
    value: int | None = None


def upload_mask(*, series: Series, drawn: DrawnMask, actor: User) -> Segmentation:
    """Keep a mask that a person drew on this series; signed by who uploads it.

    Raises InvalidInput with the reason when the file is unreadable, empty or lies on another grid.
    """
    access.require(actor, "read_images", site=series.imaging_study.subject.site)
    require_open(series.imaging_study.form)
    structure, label = drawn.structure, drawn.label.strip()[:40]
    if structure not in PROPERTIES:
        raise InvalidInput(
            _("Choose what the mask stands for from the list."), fields={"structure": structure[:40]}
        )
    datasets = fetch_datasets(series)
    try:
        volume = read_volume(datasets)
        mask = _read(drawn, volume)
    except SegmentationRefused as refused:
        text = refused.message["en" if (get_language() or "").startswith("en") else "zh"]
        raise InvalidInput(text, code=refused.code.lower(), fields={"file": text}) from refused
    description = MaskDescription(Segmentation.Origin.UPLOADED, structure, label, "uploaded by a reader")
    segmentation = store_mask(
        series=series, datasets=datasets, volume=volume, mask=mask, description=description, actor=actor
    )
    return sign_mask(segmentation=segmentation, actor=actor)


def _read(drawn: DrawnMask, volume: Volume) -> np.ndarray:
    if drawn.content[128:132] == DICM:
        return read_seg(drawn.content, volume)[0].mask
    labels = read_mask(drawn.content, volume)
    values = [int(value) for value in np.unique(labels) if value]
    if drawn.value is None and len(values) > 1:
        text = _("The file holds the labels %(labels)s; name the one to take.") % {
            "labels": ", ".join(map(str, values[:20]))
        }
        raise InvalidInput(text, code="several_labels", fields={"value": text})
    return labels == drawn.value if drawn.value else labels > 0


def store_mask(
    *,
    series: Series,
    datasets: list,
    volume: Volume,
    mask: np.ndarray,
    description: MaskDescription,
    actor: User,
) -> Segmentation:
    """Write a boolean mask (z, y, x) as DICOM SEG beside its images and return its row, a draft.

    Not stopped by a freeze or a lock: what a worker derives from locked images changes none of the data. The
    mask of a person is, see `upload_mask`.

    `volume` is what `datasets` make: it is not decoded again.
    """
    if not mask.any():
        raise InvalidInput(_("The mask is empty; draw it on the images of this series."), code="empty_mask")
    identity = SegIdentity(series_instance_uid=generate_uid(), sop_instance_uid=generate_uid())
    segment = Segment(
        number=1,
        label=description.label or description.structure,
        mask=mask,
        structure=description.structure,
        algorithm_type=ALGORITHM_TYPES[Segmentation.Origin(description.origin)],
        algorithm_name=description.method,
        algorithm_version=description.version or "1",
    )
    content = write_seg(sources=datasets, segments=[segment], identity=identity)
    try:
        from_url(settings.ARCHIVE_URL).store(content)
    except ArchiveUnavailable as error:
        raise Unavailable(_("The image archive does not answer; try again shortly.")) from error
    return _keep(series, mask, volume, description, identity, actor)


@transaction.atomic
def _keep(
    series: Series,
    mask: np.ndarray,
    volume: Volume,
    told: MaskDescription,
    identity: SegIdentity,
    actor: User,
) -> Segmentation:
    segmentation = Segmentation.objects.create(
        series=series,
        origin=told.origin,
        structure=told.structure,
        label=told.label,
        method=f"{told.method} {told.version}".strip(),
        parameters=told.parameters,
        voxel_count=int(mask.sum()),
        volume_ml=round(float(mask.sum()) * volume.voxel_ml, 3),
        seg_series_instance_uid=identity.series_instance_uid,
        sop_instance_uid=identity.sop_instance_uid,
        mask_sha256=mask_sha256(mask),
        created_by=actor,
    )
    audit.record(
        actor=actor, action="segmentation.stored", target=segmentation,
        place=audit.place_of(series.imaging_study),
        after={"origin": told.origin, "structure": told.structure, "mask_sha256": segmentation.mask_sha256},
    )  # fmt: skip
    return segmentation


def mask_sha256(mask: np.ndarray) -> str:
    """Return the SHA-256 of the mask's shape and packed voxels: equal masks have equal hashes."""
    return hashlib.sha256(str(mask.shape).encode() + np.packbits(mask.astype(bool)).tobytes()).hexdigest()


@transaction.atomic
def sign_mask(*, segmentation: Segmentation, actor: User) -> Segmentation:
    """Take responsibility for a mask; an automatic one stays a draft until somebody does."""
    access.require(actor, "read_images", site=segmentation.series.imaging_study.subject.site)
    require_open(segmentation.series.imaging_study.form)
    moved = Segmentation.objects.filter(pk=segmentation.pk, status=Segmentation.Status.DRAFT).update(
        status=Segmentation.Status.SIGNED
    )
    if not moved:
        raise NotNow(_("The mask is already signed or retired."))
    segmentation.status = Segmentation.Status.SIGNED
    audit.record(
        actor=actor, action="segmentation.signed", target=segmentation,
        place=audit.place_of(segmentation.series.imaging_study),
        after={"mask_sha256": segmentation.mask_sha256},
    )  # fmt: skip
    return segmentation
