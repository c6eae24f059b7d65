"""Masks and images as NIfTI-1, on the grid of a volume.

NIfTI counts millimetres in RAS, DICOM in LPS: x and y change sign. A file may store its axes in another order
or direction; it is taken when its grid is the volume's grid, voxel by voxel, and never resampled.
"""

import gzip
from io import BytesIO

import nibabel as nib
import numpy as np

from imaging.seg.refusal import SegmentationRefused
from imaging.seg.volume import Volume

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
# Of a voxel: headers keep the affine in 32-bit floats, and writers round it.
GRID_TOLERANCE = 0.05
HEADER_BYTES = 1 << 20
GZIP_MAGIC, NIFTI_MAGIC = b"\x1f\x8b", b"n+1\0"


def encode(array: np.ndarray, volume: Volume) -> bytes:
    """Return a .nii.gz of an array (z, y, x) on the volume's grid; the same input gives the same bytes."""
    if array.shape != volume.shape:
        raise ValueError(f"the array has shape {array.shape}, the volume {volume.shape}")
    stored = array.astype(np.uint8) if array.dtype == bool else array
    image = nib.Nifti1Image(np.ascontiguousarray(stored.transpose(2, 1, 0)), LPS_TO_RAS @ volume.affine)
    image.header.set_xyzt_units("mm")
    image.set_sform(image.affine, code="scanner")
    image.set_qform(image.affine, code="scanner")
    return gzip.compress(image.to_bytes(), compresslevel=6, mtime=0)


def read_mask(content: bytes, volume: Volume) -> np.ndarray:
    """Return the labels (z, y, x), uint16, of a .nii or .nii.gz file on the volume's grid.

    Raises `SegmentationRefused` when the file is no NIfTI, lies on another grid (with both grids in the
    message), or holds values that are not whole labels.
    """
    values, affine = _open(content, volume)
    labels = values[..., 0] if values.ndim == 4 and values.shape[3] == 1 else values
    order, signs = _alignment(labels.shape, affine, volume)
    if not np.all(np.isfinite(labels)) or not np.array_equal(labels, np.rint(labels)) or labels.min() < 0:
        raise SegmentationRefused(
            "NOT_LABELS", "掩膜的值必须是非负整数标签", "The mask must hold whole labels of 0 or more"
        )
    if labels.max() > np.iinfo(np.uint16).max:
        raise SegmentationRefused("NOT_LABELS", "标签值过大", "A label is above 65535")
    turned = labels.transpose(order)[tuple(slice(None, None, sign) for sign in signs)]
    return np.ascontiguousarray(turned.transpose(2, 1, 0).astype(np.uint16))


def _open(content: bytes, volume: Volume) -> tuple[np.ndarray, np.ndarray]:
    limit = HEADER_BYTES + 8 * int(np.prod(volume.shape))
    try:
        if content[:2] == GZIP_MAGIC:
            with gzip.open(BytesIO(content)) as packed:
                content = packed.read(limit + 1)
        if len(content) <= limit and content[344:348] == NIFTI_MAGIC:
            image = nib.Nifti1Image.from_bytes(content)
            return np.asanyarray(image.dataobj), image.affine
    except Exception as error:
        # gzip, zlib and nibabel raise errors of many kinds on damaged files: all mean "not readable".
        raise _not_nifti() from error
    if len(content) > limit:
        raise SegmentationRefused(
            "TOO_LARGE", "掩膜文件大于图像体数据", "The mask file is larger than the image volume"
        )
    raise _not_nifti()


def _not_nifti() -> SegmentationRefused:
    return SegmentationRefused(
        "NOT_NIFTI", "不是可读的NIfTI文件（.nii或.nii.gz）", "Not a readable NIfTI file (.nii or .nii.gz)"
    )


def _alignment(
    shape: tuple[int, ...], affine: np.ndarray, volume: Volume
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return which file axis is each of the volume's (x, y, z) axes, and whether it runs backwards."""
    grid = volume.shape[::-1]
    if len(shape) != 3 or sorted(shape) != sorted(grid):
        raise _other_grid("SHAPE_DIFFERS", f"{shape}", f"{grid}")
    step = np.linalg.inv(LPS_TO_RAS @ volume.affine) @ affine
    turn = np.rint(step[:3, :3])
    is_turn = np.array_equal(np.abs(turn).sum(0), [1, 1, 1]) and np.array_equal(
        np.abs(turn).sum(1), [1, 1, 1]
    )
    if not is_turn:
        raise _other_grid("AFFINE_DIFFERS", f"{affine.round(2).tolist()}", "")
    order = tuple(int(np.flatnonzero(row)[0]) for row in turn)
    signs = tuple(int(row.sum()) for row in turn)
    expected = np.array([0 if sign > 0 else size - 1 for sign, size in zip(signs, grid, strict=True)])
    far = step[:3, :3] @ (np.array(shape) - 1) + step[:3, 3]
    corner = turn @ (np.array(shape) - 1) + expected
    offset = max(np.abs(step[:3, 3] - expected).max(), np.abs(far - corner).max())
    if tuple(shape[axis] for axis in order) != grid:
        raise _other_grid("SHAPE_DIFFERS", f"{shape}", f"{grid}")
    if offset > GRID_TOLERANCE:
        raise _other_grid("AFFINE_DIFFERS", f"{offset:.2f}", f"{GRID_TOLERANCE:g}")
    return order, signs


def _other_grid(code: str, found: str, wanted: str) -> SegmentationRefused:
    if code == "SHAPE_DIFFERS":
        return SegmentationRefused(
            code,
            f"掩膜大小{found}与图像{wanted}不一致，在原始序列上勾画",
            f"The mask has size {found}, the image {wanted}: draw it on the original series",
        )
    return SegmentationRefused(
        code,
        f"掩膜位置或方向与图像不一致（{found}），在原始序列上勾画，不要重采样",
        f"The mask's position or direction differs from the image's ({found}): draw it on the original "
        "series, do not resample",
    )
