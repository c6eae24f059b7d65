"""Cut what the encoder sees of a lesion."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from modeling.engines.grid import check_grid

SIDE = 48
STEP_MM = 2.5
SLICE_OFFSETS_MM = (-8.0, 0.0, 8.0)
HU_WINDOW = (-100.0, 240.0)
CHANNELS = len(SLICE_OFFSETS_MM) + 1


def lesion_crop(volume: NDArray, mask: NDArray, spacing: tuple[float, float, float]) -> NDArray[np.float32]:
    """Return (4, 48, 48) float32: three axial slices 8 mm apart in [-1, 1], and the mask of the middle one.

    The square of 120 mm is centred on the largest axial section of the mask (z, y, x); HU are clipped to
    -100..240; outside the volume reads as air. Raises GeometryMismatch or EmptyMask.
    """
    marked = check_grid(volume, mask, spacing)
    slice_index = int(np.argmax(marked.sum((1, 2))))
    row, column = ndimage.center_of_mass(marked[slice_index])
    reach = (np.arange(SIDE) - (SIDE - 1) / 2) * STEP_MM
    rows, columns = np.meshgrid(row + reach / spacing[1], column + reach / spacing[2], indexing="ij")
    planes = [_plane(volume, slice_index + offset / spacing[0], rows, columns) for offset in SLICE_OFFSETS_MM]
    section = ndimage.map_coordinates(marked[slice_index].astype(np.float32), [rows, columns], order=1)
    return np.stack([*planes, (section > 0.5).astype(np.float32)]).astype(np.float32)


def _plane(volume: NDArray, level: float, rows: NDArray, columns: NDArray) -> NDArray[np.float32]:
    low, high = HU_WINDOW
    where = np.stack([np.full_like(rows, np.clip(level, 0, volume.shape[0] - 1)), rows, columns])
    first = max(int(where[0, 0, 0]) - 1, 0)
    part = volume[first : first + 4].astype(np.float32)
    where[0] -= first
    sampled = ndimage.map_coordinates(part, where, order=1, cval=low)
    return (np.clip(sampled, low, high) - low) / (high - low) * 2 - 1
