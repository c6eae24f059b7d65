"""How well two segmentations of one grid agree."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage


def dice(first: NDArray, second: NDArray) -> float:
    """Return 2|A∩B| / (|A|+|B|); two empty masks agree fully."""
    a, b = _checked(first, second)
    total = int(a.sum()) + int(b.sum())
    return 1.0 if total == 0 else float(2 * (a & b).sum() / total)


def hausdorff_95(first: NDArray, second: NDArray, spacing: tuple[float, float, float]) -> float:
    """Return the larger of the two directed 95th-percentile surface distances, millimetres.

    Surfaces are the voxels with a face neighbour outside. Raises ValueError where a mask is empty.
    """
    a, b = _checked(first, second)
    if not a.any() or not b.any():
        raise ValueError("a surface distance needs two non-empty masks")
    edge_a, edge_b = _surface(a), _surface(b)
    from_a = ndimage.distance_transform_edt(~edge_b, sampling=spacing)[edge_a]
    from_b = ndimage.distance_transform_edt(~edge_a, sampling=spacing)[edge_b]
    return float(max(np.percentile(from_a, 95), np.percentile(from_b, 95)))


def _checked(first: NDArray, second: NDArray) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    if first.shape != second.shape:
        raise ValueError(f"masks differ in shape: {first.shape} and {second.shape}")
    return np.asarray(first) > 0, np.asarray(second) > 0


def _surface(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return mask & ~ndimage.binary_erosion(mask)
