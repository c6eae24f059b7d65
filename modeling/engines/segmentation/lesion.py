"""Grow a draft lesion mask from a measured centre and diameter, without learnt weights."""

import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from modeling.engines.errors import SegmentationFailed
from modeling.engines.grid import bounding_box, check_grid

ENGINE, VERSION = "contrast-to-surroundings", "1.0"
# The mask may reach this much farther than the measured radius; tissue is sampled in the shell beyond it.
_REACH = 1.2
_SHELL = 1.7
_SMOOTH_MM = 1.5
_OPEN_MM = 3.0
_MINIMUM_FILL = 0.15


@dataclass(frozen=True)
class DraftMask:
    """A boolean (z, y, x) mask on the grid of the volume, with how it was made."""

    mask: NDArray[np.bool_] = field(repr=False)
    engine: str
    version: str
    settings: dict[str, object]
    seconds: float


def segment_lesion(
    volume: NDArray,
    spacing: tuple[float, float, float],
    *,
    centre: tuple[float, float, float],
    diameter_mm: float,
    contrast_hu: float = 18.0,
) -> DraftMask:
    """Return the connected region near `centre` (voxels z, y, x) that differs from the tissue around it.

    A voxel belongs when its smoothed value differs by `contrast_hu` from the median of the shell outside the
    measured sphere; thin bridges are opened and holes (necrosis) filled. Raises GeometryMismatch, or
    SegmentationFailed where less than 15 % of the measured sphere stands out.
    """
    started = time.perf_counter()
    distance = _millimetres_from(centre, volume.shape, spacing)
    radius = diameter_mm / 2
    near = check_grid(volume, distance <= _SHELL * radius, spacing)
    box = bounding_box(near, [int(np.ceil(4 / step)) for step in spacing])
    part, away = volume[box].astype(np.float32), distance[box]
    smooth = ndimage.gaussian_filter(part, [_SMOOTH_MM / step for step in spacing])
    tissue = float(np.median(smooth[(away > _REACH * radius) & (away <= _SHELL * radius)]))
    differs = (np.abs(smooth - tissue) > contrast_hu) & (away <= _REACH * radius)
    grown = _tidy(differs, away, spacing)
    if grown.sum() < _MINIMUM_FILL * (away <= radius).sum():
        raise SegmentationFailed(
            zh="病灶与周围组织的对比不足，无法自动勾画。换一个期相或手动勾画。",
            en="The lesion does not stand out from its surroundings. Use another phase or draw it by hand.",
        )
    mask = np.zeros(volume.shape, bool)
    mask[box] = grown
    settings = {"centre": list(centre), "diameter_mm": diameter_mm, "contrast_hu": contrast_hu}
    return DraftMask(mask, ENGINE, VERSION, settings, time.perf_counter() - started)


def _millimetres_from(
    centre: tuple[float, float, float], shape: tuple[int, ...], spacing: tuple[float, float, float]
) -> NDArray[np.float32]:
    axes = [
        ((np.arange(n, dtype=np.float32) - c) * step) ** 2
        for n, c, step in zip(shape, centre, spacing, strict=True)
    ]
    return np.sqrt(axes[0][:, None, None] + axes[1][None, :, None] + axes[2][None, None, :])


def _tidy(
    differs: NDArray[np.bool_], away: NDArray[np.float32], spacing: tuple[float, float, float]
) -> NDArray[np.bool_]:
    """Open thin bridges, keep the component nearest the centre, close and fill holes slice by slice."""
    ball = _ball(spacing)
    opened = ndimage.binary_opening(differs, ball)
    labels, count = ndimage.label(opened)
    if not count:
        return opened
    nearness = ndimage.minimum(away, labels, np.arange(1, count + 1))
    sizes = ndimage.sum_labels(opened, labels, np.arange(1, count + 1))
    reach = float(away.min()) + 10.0
    candidates = np.where(nearness <= reach, sizes, 0)
    kept = ndimage.binary_closing(labels == int(np.argmax(candidates)) + 1, ball)
    return np.stack([ndimage.binary_fill_holes(section) for section in kept])


def _ball(spacing: tuple[float, float, float]) -> NDArray[np.bool_]:
    reach = [int(_OPEN_MM // step) for step in spacing]
    grid = np.meshgrid(*(np.arange(-r, r + 1) for r in reach), indexing="ij")
    squares = [(g * step) ** 2 for g, step in zip(grid, spacing, strict=True)]
    return np.sum(squares, axis=0) <= _OPEN_MM**2
