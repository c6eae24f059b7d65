import numpy as np
import pytest

from modeling.metrics.overlap import dice, hausdorff_95


def cube(start, size=4, extent=12):
    mask = np.zeros((extent,) * 3, bool)
    mask[2 : 2 + size, 2 : 2 + size, start : start + size] = True
    return mask


def test_dice_by_hand():
    assert dice(cube(2), cube(4)) == pytest.approx(0.5)
    assert dice(cube(2), cube(2)) == 1
    assert dice(cube(2), cube(6)) == 0


def test_two_empty_masks_agree():
    empty = np.zeros((3, 3, 3))
    assert dice(empty, empty) == 1


def test_surface_distance_is_in_millimetres_along_each_axis():
    assert hausdorff_95(cube(2), cube(4), (1.0, 1.0, 1.5)) == pytest.approx(3.0)
    assert hausdorff_95(cube(2), cube(2), (1.0, 1.0, 1.5)) == 0


def test_an_empty_mask_has_no_surface():
    with pytest.raises(ValueError, match="non-empty"):
        hausdorff_95(cube(2), np.zeros((12, 12, 12)), (1, 1, 1))


def test_masks_of_two_grids_are_refused():
    with pytest.raises(ValueError, match="shape"):
        dice(cube(2), cube(2, extent=13))
