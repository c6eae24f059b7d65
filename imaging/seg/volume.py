"""A series as one array in patient space.

Voxels are (z, y, x): slice, row, column; slices ascend along row x column. The affine maps (column, row,
slice, 1) to LPS millimetres, the patient coordinates of DICOM (PS3.3 C.7.6.2.1.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset
from pydicom.pixels import apply_modality_lut

from imaging.quality.facts import slice_facts
from imaging.quality.geometry import EXPLANATIONS, judge_series
from imaging.seg.refusal import SegmentationRefused

SHARED_KEYWORDS = ("SeriesInstanceUID", "FrameOfReferenceUID", "Rows", "Columns", "PixelSpacing", "Modality")


@dataclass(frozen=True, eq=False)
class Volume:
    """Hounsfield units (int16) of a CT, rescaled values (float32) of all else; spacing in mm (z, y, x)."""

    voxels: np.ndarray
    affine: np.ndarray
    spacing: tuple[float, float, float]
    modality: str
    study_instance_uid: str
    series_instance_uid: str
    frame_of_reference_uid: str
    sop_instance_uids: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Slices, rows, columns."""
        z, y, x = self.voxels.shape
        return z, y, x

    @property
    def voxel_ml(self) -> float:
        """The volume of one voxel in millilitres."""
        return float(np.prod(self.spacing)) / 1000

    def point(self, index: tuple[float, float, float]) -> tuple[float, float, float]:
        """Return the LPS position in mm of a voxel index (z, y, x)."""
        x, y, z = (self.affine @ (index[2], index[1], index[0], 1.0))[:3]
        return float(x), float(y), float(z)

    def index(self, point: tuple[float, float, float]) -> tuple[int, int, int]:
        """Return the nearest voxel index (z, y, x) of an LPS position in mm; it may lie outside."""
        x, y, z, _ = np.rint(np.linalg.solve(self.affine, (*point, 1.0))).astype(int)
        return int(z), int(y), int(x)


def read_volume(datasets: Sequence[Dataset]) -> Volume:
    """Return the volume of one series whose instances come in any order.

    Raises `SegmentationRefused` with the fault of the geometry when the planes make no regular volume, and
    when pixels cannot be decoded (JPEG 2000, JPEG-LS and RLE can; lossless JPEG process 14 cannot).
    """
    _refuse_multi_frame(datasets)
    _refuse_faults(datasets)
    _refuse_mixture(datasets)
    ordered = sort_slices(datasets)
    first = ordered[0]
    affine = _affine(ordered)
    return Volume(
        voxels=_voxels(ordered),
        affine=affine,
        spacing=_spacing(affine),
        modality=str(first.Modality),
        study_instance_uid=str(first.StudyInstanceUID),
        series_instance_uid=str(first.SeriesInstanceUID),
        frame_of_reference_uid=str(first.get("FrameOfReferenceUID", "")),
        sop_instance_uids=tuple(str(dataset.SOPInstanceUID) for dataset in ordered),
    )


def sort_slices(datasets: Sequence[Dataset]) -> list[Dataset]:
    """Order the slices of one orientation along their normal, which is the order of a volume's slices."""
    cosines = np.array(datasets[0].ImageOrientationPatient, float)
    normal = np.cross(cosines[:3], cosines[3:])
    return sorted(datasets, key=lambda item: float(np.array(item.ImagePositionPatient, float) @ normal))


def _affine(ordered: Sequence[Dataset]) -> np.ndarray:
    cosines = np.array(ordered[0].ImageOrientationPatient, float)
    first, last = (np.array(item.ImagePositionPatient, float) for item in (ordered[0], ordered[-1]))
    row_step, column_step = (float(value) for value in ordered[0].PixelSpacing)
    affine = np.eye(4)
    affine[:3, 0] = cosines[:3] * column_step
    affine[:3, 1] = cosines[3:] * row_step
    affine[:3, 2] = (last - first) / (len(ordered) - 1)
    affine[:3, 3] = first
    return affine


def _spacing(affine: np.ndarray) -> tuple[float, float, float]:
    x, y, z = np.linalg.norm(affine[:3, :3], axis=0).tolist()
    return z, y, x


def _voxels(ordered: Sequence[Dataset]) -> np.ndarray:
    try:
        planes = [apply_modality_lut(dataset.pixel_array, dataset) for dataset in ordered]
    except Exception as error:
        # Decoders raise errors of many kinds on damaged or unknown code streams.
        raise SegmentationRefused(
            "PIXELS_UNREADABLE",
            "图像像素无法解码，以未压缩或JPEG 2000无损格式重新导出",
            "The pixels cannot be decoded: export again uncompressed or as JPEG 2000 lossless",
        ) from error
    voxels = np.stack(planes)
    if ordered[0].Modality == "CT":
        return np.clip(np.rint(voxels), -32768, 32767).astype(np.int16)
    return voxels.astype(np.float32)


def _refuse_faults(datasets: Sequence[Dataset]) -> None:
    verdict = judge_series([plane for dataset in datasets for plane in slice_facts(dataset)]).verdict
    if verdict != "OK":
        raise SegmentationRefused(verdict, EXPLANATIONS[verdict]["zh"], EXPLANATIONS[verdict]["en"])


def _refuse_multi_frame(datasets: Sequence[Dataset]) -> None:
    if any(int(dataset.get("NumberOfFrames", 1) or 1) > 1 for dataset in datasets):
        raise SegmentationRefused(
            "MULTI_FRAME",
            "暂不支持多帧图像，导出为单帧序列",
            "Multi-frame images are not taken: export them as single frames",
        )


def _refuse_mixture(datasets: Sequence[Dataset]) -> None:
    for keyword in SHARED_KEYWORDS:
        if len({str(dataset.get(keyword, "")) for dataset in datasets}) > 1:
            raise SegmentationRefused(
                "MIXED_SERIES",
                f"同一序列中{keyword}不一致，拆分后上传",
                f"The images of the series differ in {keyword}: split them and upload again",
            )
