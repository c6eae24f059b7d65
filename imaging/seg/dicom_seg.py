"""DICOM SEG: masks as objects that refer to the images they were drawn on (PS3.3 A.51).

Binary segments on the grid of their source series, one coded property each. Reading gives back exactly what
was written; a file of another series is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO

import highdicom as hd
import numpy as np
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.uid import UID, ExplicitVRLittleEndian, SegmentationStorage, generate_uid

from imaging.quality.facts import SliceFacts, slice_facts
from imaging.seg.refusal import SegmentationRefused
from imaging.seg.volume import Volume, sort_slices

ANATOMY = codes.cid7150.AnatomicalStructure
ABNORMAL = codes.cid7150.MorphologicallyAbnormalStructure
TISSUE = codes.cid7150.Tissue

# Structure to (category, type): CID 7150 and what it includes.
PROPERTIES: dict[str, tuple[Code, Code]] = {
    "liver": (ANATOMY, Code("10200004", "SCT", "Liver")),
    "spleen": (ANATOMY, Code("78961009", "SCT", "Spleen")),
    "lymph-node": (ANATOMY, Code("59441001", "SCT", "Lymph node")),
    "neoplasm": (ABNORMAL, Code("108369006", "SCT", "Neoplasm")),
    "necrosis": (ABNORMAL, Code("6574001", "SCT", "Necrosis")),
    "thrombus": (ABNORMAL, Code("396339007", "SCT", "Thrombus")),
    "region": (TISSUE, TISSUE),
}
ALGORITHM_FAMILIES = {
    "SEMIAUTOMATIC": codes.cid7162.NeighborhoodAnalysis,
    "AUTOMATIC": codes.cid7162.ArtificialIntelligence,
}
MANUFACTURER = "Tandem"
FRACTION_INSIDE = 0.5
# Of a voxel, and of a direction cosine.
GRID_TOLERANCE = 0.05


@dataclass(frozen=True, eq=False)
class Segment:
    """One mask, boolean (z, y, x) on the grid of the series, and what it stands for.

    `algorithm_name` and `algorithm_version` are required unless the segment was drawn by hand. The same
    `tracking_uid` on two dates says "the same lesion".
    """

    number: int
    label: str
    mask: np.ndarray
    structure: str = "neoplasm"
    algorithm_type: str = "MANUAL"
    algorithm_name: str = ""
    algorithm_version: str = ""
    tracking_id: str = ""
    tracking_uid: str = ""
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SegIdentity:
    """The UIDs and description of the new object; fresh UIDs unless given."""

    series_instance_uid: str = field(default_factory=generate_uid)
    sop_instance_uid: str = field(default_factory=generate_uid)
    series_number: int = 900
    instance_number: int = 1
    description: str = "Segmentation"
    software_version: str = "1"


def write_seg(*, sources: Sequence[Dataset], segments: Sequence[Segment], identity: SegIdentity) -> bytes:
    """Return a DICOM SEG file of masks on the source instances (headers suffice, in any order).

    Patient and study come from the sources, so de-identified sources make a de-identified SEG. Raises
    `SegmentationRefused` for an empty mask or one of another shape.
    """
    ordered = sort_slices(sources)
    grid = (len(ordered), int(ordered[0].Rows), int(ordered[0].Columns))
    for segment in segments:
        _refuse_misfit(segment, grid)
    seg = hd.seg.Segmentation(
        source_images=[_with_type_2(source) for source in ordered],
        pixel_array=np.stack([segment.mask.astype(np.uint8) for segment in segments], axis=-1),
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=[_description(segment) for segment in segments],
        series_instance_uid=identity.series_instance_uid,
        series_number=identity.series_number,
        sop_instance_uid=identity.sop_instance_uid,
        instance_number=identity.instance_number,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=MANUFACTURER,
        software_versions=identity.software_version,
        device_serial_number="0",
        content_label="SEGMENTATION",
        content_description=identity.description,
        series_description=identity.description,
        transfer_syntax_uid=ExplicitVRLittleEndian,
    )
    buffer = BytesIO()
    seg.save_as(buffer)
    return buffer.getvalue()


def read_seg(content: bytes, volume: Volume) -> list[Segment]:
    """Return the segments of a DICOM SEG on the volume's grid; planes without a frame are empty.

    Raises `SegmentationRefused` when the file is no SEG or was drawn on other images than the volume's.
    """
    seg = _open(content)
    referenced = {sop_uid for _, _, sop_uid in seg.get_source_image_uids()}
    if not referenced <= set(volume.sop_instance_uids):
        raise SegmentationRefused(
            "OTHER_SERIES",
            "该分割不是在此序列上勾画的，选择对应的序列",
            "The segmentation was drawn on other images: choose the series it belongs to",
        )
    _refuse_other_grid(seg, volume)
    return [_segment(seg, number, volume) for number in seg.segment_numbers]


def _open(content: bytes) -> hd.seg.Segmentation:
    try:
        seg = hd.seg.segread(BytesIO(content))
        if seg.SOPClassUID == SegmentationStorage:
            return seg
    except Exception as error:
        # highdicom and pydicom raise errors of many kinds on files that are no SEG.
        raise _not_seg() from error
    raise _not_seg()


def _refuse_other_grid(seg: hd.seg.Segmentation, volume: Volume) -> None:
    same_size = (int(seg.Rows), int(seg.Columns)) == volume.shape[1:]
    if not same_size or not all(_is_slice_of(plane, volume) for plane in slice_facts(seg)):
        raise SegmentationRefused(
            "GRID_DIFFERS",
            "分割的大小、位置或方向与图像不一致，在原始序列上勾画",
            "The segmentation's size, position or direction differs: draw it on the original series",
        )


def _is_slice_of(plane: SliceFacts, volume: Volume) -> bool:
    if plane.position is None or plane.orientation is None:
        return False
    axes = volume.affine[:3, :2] / np.linalg.norm(volume.affine[:3, :2], axis=0)
    column, row, slice_, _ = np.linalg.solve(volume.affine, (*plane.position, 1.0))
    offsets = (column, row, slice_ - round(slice_), *(axes.T.ravel() - plane.orientation))
    return bool(np.abs(offsets).max() <= GRID_TOLERANCE)


def _not_seg() -> SegmentationRefused:
    return SegmentationRefused("NOT_SEG", "不是可读的DICOM SEG文件", "Not a readable DICOM SEG file")


def _segment(seg: hd.seg.Segmentation, number: int, volume: Volume) -> Segment:
    description = seg.get_segment_description(number)
    planes = seg.get_pixels_by_source_instance(
        source_sop_instance_uids=list(volume.sop_instance_uids),
        segment_numbers=[number],
        assert_missing_frames_are_empty=True,
        # Many writers do not state that locations are preserved; `_refuse_other_grid` has made sure.
        ignore_spatial_locations=True,
        rescale_fractional=True,
    )[..., 0]
    algorithm = description.algorithm_identification
    return Segment(
        number=int(number),
        label=str(description.segment_label),
        mask=planes >= FRACTION_INSIDE if planes.dtype.kind == "f" else planes.astype(bool),
        structure=_structure(description.segmented_property_type),
        algorithm_type=description.algorithm_type.value,
        algorithm_name=str(algorithm.name) if algorithm else str(description.get("SegmentAlgorithmName", "")),
        algorithm_version=str(algorithm.version) if algorithm else "",
        tracking_id=str(description.tracking_id or ""),
        tracking_uid=str(description.tracking_uid or ""),
        parameters=dict(algorithm.parameters or {}) if algorithm else {},
    )


def _structure(concept: hd.sr.CodedConcept) -> str:
    """Name the structure of a coded type; "region" for codes that no study here uses."""
    return next((name for name, (_, code) in PROPERTIES.items() if concept == code), "region")


def _description(segment: Segment) -> hd.seg.SegmentDescription:
    category, kind = PROPERTIES[segment.structure]
    drawn = segment.algorithm_type == "MANUAL"
    return hd.seg.SegmentDescription(
        segment_number=segment.number,
        segment_label=segment.label,
        segmented_property_category=category,
        segmented_property_type=kind,
        algorithm_type=segment.algorithm_type,
        algorithm_identification=None if drawn else _algorithm(segment),
        tracking_uid=UID(segment.tracking_uid or generate_uid()),
        tracking_id=segment.tracking_id or segment.label,
    )


def _algorithm(segment: Segment) -> hd.AlgorithmIdentificationSequence:
    return hd.AlgorithmIdentificationSequence(
        name=segment.algorithm_name,
        family=ALGORITHM_FAMILIES[segment.algorithm_type],
        version=segment.algorithm_version,
        parameters=segment.parameters or None,
    )


def _with_type_2(source: Dataset) -> Dataset:
    """Complete a source with the empty attributes that must be present (type 2) but often are not."""
    complete = Dataset()
    complete.update(source)
    complete.file_meta = source.file_meta
    for keyword in (
        "PatientID",
        "PatientName",
        "PatientBirthDate",
        "PatientSex",
        "StudyID",
        "AccessionNumber",
    ):
        if keyword not in complete:
            setattr(complete, keyword, "")
    for keyword in ("StudyDate", "StudyTime", "ReferringPhysicianName", "PositionReferenceIndicator"):
        if keyword not in complete:
            setattr(complete, keyword, "")
    return complete


def _refuse_misfit(segment: Segment, grid: tuple[int, int, int]) -> None:
    if segment.mask.shape != grid:
        raise SegmentationRefused(
            "SHAPE_DIFFERS",
            f"掩膜大小{segment.mask.shape}与图像{grid}不一致",
            f"The mask has shape {segment.mask.shape}, the images {grid}",
        )
    if not segment.mask.any():
        raise SegmentationRefused("EMPTY", "掩膜为空，勾画后保存", "The mask is empty: draw before saving")
