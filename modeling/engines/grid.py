"""Check that a volume, its mask and its spacing describe one grid of voxels."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from modeling.engines.errors import EmptyMask, GeometryMismatch


def check_grid(volume: NDArray, mask: NDArray, spacing: Sequence[float]) -> NDArray[np.bool_]:
    """Return the mask as booleans (z, y, x).

    Raises GeometryMismatch where shapes differ or spacing is not three positive numbers, EmptyMask where the
    mask marks nothing.
    """
    if volume.ndim != 3 or volume.shape != mask.shape:
        raise GeometryMismatch(
            zh=f"勾画的大小 {mask.shape} 与影像 {volume.shape} 不一致。在同一序列上重新勾画。",
            en=f"Mask shape {mask.shape} differs from volume {volume.shape}. Draw it on the same series.",
        )
    if len(spacing) != 3 or not all(np.isfinite(s) and s > 0 for s in spacing):
        raise GeometryMismatch(
            zh=f"体素间距 {tuple(spacing)} 无效。检查序列的层间距和像素间距。",
            en=f"Spacing {tuple(spacing)} is not valid. Check slice and pixel spacing of the series.",
        )
    marked = np.asarray(mask) > 0
    if not marked.any():
        raise EmptyMask(
            zh="勾画为空，没有可分析的体素。先勾画病灶。", en="The mask is empty. Draw the lesion first."
        )
    return marked


def bounding_box(mask: NDArray[np.bool_], margin: Sequence[int] = (0, 0, 0)) -> tuple[slice, slice, slice]:
    """Return the slices around a non-empty mask, widened by `margin` voxels (z, y, x) inside the array."""
    where = np.nonzero(mask)
    z, y, x = (
        slice(max(int(index.min()) - pad, 0), min(int(index.max()) + pad + 1, extent))
        for index, pad, extent in zip(where, margin, mask.shape, strict=True)
    )
    return z, y, x
