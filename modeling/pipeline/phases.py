"""The series of a study that stand for the contrast phases, and the lesion mask on the grid of each."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk

from imaging.models import ImagingStudy, Segmentation, Series
from imaging.seg.volume import Volume
from imaging.services.volumes import fetch_mask, fetch_volume
from modeling.models import Analysis, Run
from modeling.pipeline.result import Report

PHASES = ("PLAIN", "AP", "PVP", "DP")
SEGMENT_ON = ("AP", "PVP", "DP", "PLAIN")
SAME_GRID_MM = 0.01
SAME = "same grid"
RESAMPLED = "resampled by position, nearest neighbour"


@dataclass(frozen=True, eq=False)
class MaskedPhase:
    """One phase with the lesion on its grid; `how` says how the mask came onto it."""

    series: Series
    volume: Volume
    mask: np.ndarray
    how: str


def usable_series(study: ImagingStudy) -> list[Series]:
    """Return the series that make a volume; the surest phase and thinnest slices come first."""
    series = study.series.exclude(verdict=Series.Verdict.UNUSABLE)
    return sorted(series, key=lambda each: (-each.phase_confidence, each.slice_spacing_mm or 99.0, each.pk))


def series_by_phase(study: ImagingStudy) -> dict[str, Series]:
    """Return one series for each contrast phase that the study has, in the order of PHASES."""
    found: dict[str, Series] = {}
    for series in usable_series(study):
        found.setdefault(series.phase, series)
    return {phase: found[phase] for phase in PHASES if phase in found}


def series_to_segment(study: ImagingStudy) -> Series | None:
    """Return the series a lesion is grown on: the arterial phase, else the next best, else any volume."""
    phases = series_by_phase(study)
    chosen = next((phases[phase] for phase in SEGMENT_ON if phase in phases), None)
    return chosen or next(iter(usable_series(study)), None)


def mask_of(analysis: Analysis) -> Segmentation:
    """Return the given mask, or the one that the analysis' first step made."""
    if analysis.segmentation is not None:
        return analysis.segmentation
    made = analysis.runs.get(step=Run.Step.SEGMENT).output["segmentation"]
    return Segmentation.objects.select_related("series__imaging_study").get(pk=made)


def masked_phases(analysis: Analysis, report: Report) -> Iterator[MaskedPhase | dict[str, object]]:
    """Yield each phase with its mask, or why a phase was left out; the mask's own series always takes part.

    A phase in another frame of reference cannot be laid over the mask and is left out.
    """
    segmentation = mask_of(analysis)
    own = fetch_volume(segmentation.series)
    mask = fetch_mask(segmentation, own)
    phases = series_by_phase(analysis.imaging_study)
    phases = {**phases, segmentation.series.phase: segmentation.series}
    for number, (phase, series) in enumerate(phases.items(), start=1):
        report(5 + round(90 * (number - 1) / len(phases)), f"{phase or '?'} {number}/{len(phases)}")
        volume = own if series.pk == segmentation.series_id else fetch_volume(series)
        yield _lay(series, volume, own, mask)


def _lay(series: Series, volume: Volume, own: Volume, mask: np.ndarray) -> MaskedPhase | dict[str, object]:
    if volume.frame_of_reference_uid != own.frame_of_reference_uid:
        return _left_out(
            series, "该期与勾画序列不在同一坐标系，已略去。上传同一次扫描的期相。",
            "This phase lies in another frame of reference and was left out. Upload phases of one scan.",
        )  # fmt: skip
    if is_same_grid(volume, own):
        return MaskedPhase(series, volume, mask, SAME)
    moved = resample_mask(mask, own, volume)
    if not moved.any():
        return _left_out(
            series, "该期的扫描范围未包括病灶，已略去。上传包括病灶的期相。",
            "This phase does not cover the lesion and was left out. Upload one that does.",
        )  # fmt: skip
    return MaskedPhase(series, volume, moved, RESAMPLED)


def _left_out(series: Series, zh: str, en: str) -> dict[str, object]:
    return {"phase": series.phase, "series_instance_uid": series.series_instance_uid, "zh": zh, "en": en}


def is_same_grid(first: Volume, second: Volume) -> bool:
    """Tell whether all voxels of both lie at the same places, to a hundredth of a millimetre."""
    if first.shape != second.shape:
        return False
    z, y, x = first.shape
    ends = [(k, j, i) for k in (0, z - 1) for j in (0, y - 1) for i in (0, x - 1)]
    return all(np.allclose(first.point(end), second.point(end), rtol=0, atol=SAME_GRID_MM) for end in ends)


def resample_mask(mask: np.ndarray, source: Volume, target: Volume) -> np.ndarray:
    """Return a boolean mask (z, y, x) on the target's grid, by position, nearest neighbour."""
    moved = sitk.Resample(
        _image(mask.astype(np.uint8), source), _image(np.zeros(target.shape, np.uint8), target),
        sitk.Transform(), sitk.sitkNearestNeighbor, 0,
    )  # fmt: skip
    return sitk.GetArrayFromImage(moved).astype(bool)


def _image(array: np.ndarray, volume: Volume) -> sitk.Image:
    image = sitk.GetImageFromArray(array)
    x_to_z = volume.spacing[::-1]
    image.SetSpacing(x_to_z)
    image.SetOrigin(volume.affine[:3, 3].tolist())
    image.SetDirection((volume.affine[:3, :3] / np.array(x_to_z)).ravel().tolist())
    return image
