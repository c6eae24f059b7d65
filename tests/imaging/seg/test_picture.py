"""Pictures of slices: what is bright, what is square, and where the outline runs."""

from io import BytesIO

import numpy as np
from PIL import Image

from imaging.seg.picture import OUTLINE, greys, slice_png


def opened(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(png)))


def test_a_ct_is_shown_in_the_window_of_soft_tissue() -> None:
    plane = np.array([[-1000, -135, 40, 215, 3000]], np.int16)

    assert greys(plane, "CT").tolist() == [[0, 0, 128, 255, 255]]


def test_an_mr_is_spread_over_its_own_values_and_a_flat_one_is_black() -> None:
    plane = np.linspace(500, 900, 10_001).reshape(1, -1)

    shown = greys(plane, "MR")

    assert (shown[0, 0], shown[0, 5_000], shown[0, -1]) == (0, 128, 255)
    assert not greys(np.full((4, 4), 7.0), "MR").any()


def test_pixels_come_out_square_whatever_their_spacing() -> None:
    plane = np.zeros((10, 20), np.int16)

    assert opened(slice_png(plane, spacing=(2.0, 1.0), modality="CT", width=40)).shape == (40, 40)


def test_the_outline_runs_along_the_edge_of_the_mask_alone() -> None:
    plane = np.full((20, 20), -1000, np.int16)
    mask = np.zeros((20, 20), bool)
    mask[5:15, 5:15] = True

    drawn = opened(slice_png(plane, spacing=(1.0, 1.0), modality="CT", width=200, mask=mask))

    coloured = (drawn == OUTLINE).all(axis=2)
    assert coloured[50, 100]
    assert coloured[100, 50]
    assert not coloured[100, 100]
    assert not coloured[:45].any()
    assert not coloured[:, 155:].any()
