"""Segmentation without weights: a region grown from a seed point, or a rough mask drawn to its edge.

Both work on a crop around the seed or mask, in millimetres, and are deterministic: the same volume, input and
settings give the same mask. The result is a draft that a person corrects and signs.

Growing is confidence-connected: voxels within `multiplier` standard deviations of the mean of the region so
far, connected to the seed (as ITK's ConfidenceConnectedImageFilter, but begun in a ball of millimetres, not
of voxels, and held within the radius). Refining takes the band of values of the rough mask's core (median and
median absolute deviation, so that a vessel inside does not widen it) within a margin of the mask.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version

import numpy as np
import SimpleITK as sitk
from scipy import ndimage

from imaging.seg.refusal import SegmentationRefused
from imaging.seg.volume import Volume

# Median absolute deviation to standard deviation, for a normal distribution.
MAD_TO_SIGMA = 1.4826
LEAK_FRACTION = 0.9
Index = tuple[int, int, int]
Crop = tuple[slice, slice, slice]


@dataclass(frozen=True)
class GrowSettings:
    """Settings of growing: lengths in mm, the multiplier in standard deviations, the spread in HU."""

    radius_mm: float = 40.0
    seed_radius_mm: float = 3.0
    smoothing_steps: int = 5
    multiplier: float = 2.5
    iterations: int = 3
    least_spread: float = 3.0
    opening_mm: float = 1.5


@dataclass(frozen=True)
class RefineSettings:
    """Settings of refining: lengths in mm, the multiplier in standard deviations, the spread in HU."""

    margin_mm: float = 5.0
    core_mm: float = 2.0
    smoothing_steps: int = 5
    multiplier: float = 3.0
    least_spread: float = 3.0
    opening_mm: float = 1.5


@dataclass(frozen=True, eq=False)
class SemiAutomaticMask:
    """A boolean mask (z, y, x) of the whole volume, and everything needed to make it again."""

    mask: np.ndarray
    method: str
    method_version: str
    parameters: Mapping[str, object]


def grow_from_seed(volume: Volume, seed: Index, settings: GrowSettings | None = None) -> SemiAutomaticMask:
    """Grow a region from a voxel index (z, y, x).

    Raises `SegmentationRefused` for a seed outside the volume, and when the region fills the crop: then the
    structure has no edge that this method can find.
    """
    settings = settings or GrowSettings()
    if not all(0 <= place < size for place, size in zip(seed, volume.shape, strict=True)):
        raise SegmentationRefused("SEED_OUTSIDE", "种子点在图像之外", "The seed point lies outside the image")
    crop = _crop_around(seed, seed, settings.radius_mm, volume)
    start = _moved(seed, crop)
    ball = _ball(start, settings.radius_mm, volume, crop)
    values = _smoothed(volume, crop, settings.smoothing_steps)
    region = _ball(start, settings.seed_radius_mm, volume, crop)
    for _ in range(1 + settings.iterations):
        region = _connected(values, start, region, settings) & ball
    if region.sum() > LEAK_FRACTION * ball.sum():
        raise SegmentationRefused(
            "NO_EDGE",
            "区域没有明确边界，缩小半径、降低倍数或手动勾画",
            "The region has no clear edge: reduce radius or multiplier, or draw by hand",
        )
    mask = _tidied(region, settings.opening_mm, volume, keep=start)
    return _result(volume, crop, mask, "confidence-connected", {**asdict(settings), "seed": list(seed)})


def refine_mask(
    volume: Volume, rough: np.ndarray, settings: RefineSettings | None = None
) -> SemiAutomaticMask:
    """Draw a rough mask (z, y, x) to the edge of what it covers, at most `margin_mm` beyond it.

    Raises `SegmentationRefused` for a mask of another shape or an empty one.
    """
    settings = settings or RefineSettings()
    if rough.shape != volume.shape:
        raise SegmentationRefused(
            "SHAPE_DIFFERS",
            f"掩膜大小{rough.shape}与图像{volume.shape}不一致",
            f"The mask has shape {rough.shape}, the image {volume.shape}",
        )
    if not rough.any():
        raise SegmentationRefused("EMPTY", "掩膜为空，先勾画", "The mask is empty: draw first")
    covered = np.argwhere(rough)
    crop = _crop_around(covered.min(0), covered.max(0), settings.margin_mm, volume)
    values = _smoothed(volume, crop, settings.smoothing_steps)
    inside = rough[crop].astype(bool)
    core = _inner(inside, settings.core_mm, volume)
    middle = float(np.median(values[core]))
    spread = MAD_TO_SIGMA * float(np.median(np.abs(values[core] - middle)))
    band = np.abs(values - middle) <= settings.multiplier * max(spread, settings.least_spread)
    reach = ndimage.distance_transform_edt(~inside, sampling=volume.spacing) <= settings.margin_mm
    mask = _tidied(band & reach, settings.opening_mm, volume, keep=None)
    found = {"middle": middle, "spread": spread, "rough_voxels": int(inside.sum())}
    return _result(volume, crop, mask, "refined-band", {**asdict(settings), **found})


def dice(first: np.ndarray, second: np.ndarray) -> float:
    """Return the Dice coefficient of two boolean masks (Dice 1945); 1 when both are empty."""
    total = int(first.sum()) + int(second.sum())
    return 2 * int((first & second).sum()) / total if total else 1.0


def _result(
    volume: Volume, crop: Crop, mask: np.ndarray, method: str, parameters: dict[str, float | int | list[int]]
) -> SemiAutomaticMask:
    if not mask.any():
        raise SegmentationRefused(
            "NOTHING_FOUND",
            "未找到区域，换一个种子点或调整参数",
            "No region was found: choose another seed point or other settings",
        )
    whole = np.zeros(volume.shape, bool)
    whole[crop] = mask
    return SemiAutomaticMask(whole, method, f"SimpleITK {version('SimpleITK')}", parameters)


def _connected(values: np.ndarray, start: Index, region: np.ndarray, settings: GrowSettings) -> np.ndarray:
    mean, spread = float(values[region].mean()), float(values[region].std())
    half = settings.multiplier * max(spread, settings.least_spread)
    # The seed itself may be a noisy voxel: it belongs to the region whatever its value.
    low, high = min(mean - half, float(values[start])), max(mean + half, float(values[start]))
    image = sitk.GetImageFromArray(values)
    found = sitk.ConnectedThreshold(image, seedList=[start[::-1]], lower=low, upper=high, replaceValue=1)
    return sitk.GetArrayFromImage(found).astype(bool)


def _crop_around(
    low: np.ndarray | Index, high: np.ndarray | Index, millimetres: float, volume: Volume
) -> Crop:
    margins = [int(np.ceil(millimetres / step)) for step in volume.spacing]
    z, y, x = (
        slice(max(0, int(first) - margin), min(size, int(last) + margin + 1))
        for first, last, margin, size in zip(low, high, margins, volume.shape, strict=True)
    )
    return z, y, x


def _moved(index: Index, crop: Crop) -> Index:
    z, y, x = (place - part.start for place, part in zip(index, crop, strict=True))
    return z, y, x


def _smoothed(volume: Volume, crop: Crop, steps: int) -> np.ndarray:
    """Smooth within edges; the time step is the largest that is stable in three dimensions."""
    image = sitk.GetImageFromArray(np.ascontiguousarray(volume.voxels[crop]).astype(np.float32))
    image.SetSpacing(volume.spacing[::-1])
    return sitk.GetArrayFromImage(sitk.CurvatureFlow(image, timeStep=0.0625, numberOfIterations=steps))


def _ball(centre: Index, millimetres: float, volume: Volume, crop: Crop) -> np.ndarray:
    shape = tuple(part.stop - part.start for part in crop)
    z, y, x = np.ogrid[tuple(slice(0, size) for size in shape)]
    distances = [(axis - c) * step for axis, c, step in zip((z, y, x), centre, volume.spacing, strict=True)]
    return distances[0] ** 2 + distances[1] ** 2 + distances[2] ** 2 <= millimetres**2


def _inner(mask: np.ndarray, millimetres: float, volume: Volume) -> np.ndarray:
    depth = ndimage.distance_transform_edt(np.pad(mask, 1), sampling=volume.spacing)[1:-1, 1:-1, 1:-1]
    # A structure thinner than the core is its own core.
    return depth > min(millimetres, float(depth.max()) * 0.5)


def _tidied(mask: np.ndarray, opening_mm: float, volume: Volume, keep: Index | None) -> np.ndarray:
    """Cut thin bridges, keep the component of the seed (or the largest), fill holes slice by slice."""
    opened = _opened(mask, opening_mm, volume)
    if keep is not None and not opened[keep]:
        opened = mask
    labels, count = ndimage.label(opened)
    if count == 0:
        return opened
    chosen = labels[keep] if keep is not None else 1 + int(np.argmax(np.bincount(labels.ravel())[1:]))
    if chosen == 0:
        return np.zeros_like(mask)
    return np.stack([ndimage.binary_fill_holes(plane) for plane in labels == chosen])


def _opened(mask: np.ndarray, millimetres: float, volume: Volume) -> np.ndarray:
    """Open by a ball of so many mm, by distances, so that thick slices are not eroded away."""
    padded = np.pad(mask, 1, mode="edge")
    core = ndimage.distance_transform_edt(padded, sampling=volume.spacing) > millimetres
    if not core.any():
        return np.zeros_like(mask)
    near = ndimage.distance_transform_edt(~core, sampling=volume.spacing) <= millimetres
    return (near & padded)[1:-1, 1:-1, 1:-1]
