"""Masks brought from one grid to another."""

import numpy as np
import pytest

from imaging.seg.volume import Volume
from modeling.pipeline.phases import is_same_grid, resample_mask


def volume(shape=(10, 20, 20), spacing=(3.0, 1.0, 1.0), origin=(0.0, 0.0, 0.0)) -> Volume:
    affine = np.diag([spacing[2], spacing[1], spacing[0], 1.0])
    affine[:3, 3] = origin
    voxels = np.zeros(shape, np.int16)
    return Volume(voxels, affine, spacing, "CT", "1.1", "1.2", "1.3", tuple(map(str, range(shape[0]))))


def block(grid: Volume) -> np.ndarray:
    mask = np.zeros(grid.shape, bool)
    mask[3:6, 8:14, 8:14] = True
    return mask


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (volume(), True),
        (volume(origin=(0.004, 0.0, 0.0)), True),
        (volume(origin=(0.5, 0.0, 0.0)), False),
        (volume(spacing=(3.0, 1.0, 1.1)), False),
        (volume(shape=(11, 20, 20)), False),
    ],
)
def test_grids_are_the_same_when_all_voxels_lie_together(other, same):
    assert is_same_grid(volume(), other) == same


def test_a_mask_moves_by_position_onto_thinner_slices():
    source = volume()
    target = volume(shape=(30, 20, 20), spacing=(1.0, 1.0, 1.0))

    moved = resample_mask(block(source), source, target)

    where = np.argwhere(moved)
    assert where.min(0).tolist() == [8, 8, 8]
    assert where.max(0).tolist() == [16, 13, 13]


def test_a_shifted_grid_shifts_the_mask_the_other_way():
    source, target = volume(), volume(origin=(2.0, 0.0, 0.0))

    moved = resample_mask(block(source), source, target)

    assert np.argwhere(moved).min(0).tolist() == [3, 8, 6]


def test_a_mask_outside_the_target_is_empty():
    source = volume()

    assert not resample_mask(block(source), source, volume(origin=(500.0, 0.0, 0.0))).any()
