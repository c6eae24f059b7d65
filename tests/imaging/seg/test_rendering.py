"""What the browser gets of a mask: run lengths that come back exactly, outlines that enclose it."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from imaging.seg.rendering import outlines, overlay, plane_of, runs
from tests.imaging.phantoms import sphere

PLANES = arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=12))


@given(PLANES)
def test_run_lengths_come_back_exactly(plane):
    np.testing.assert_array_equal(plane_of(runs(plane), *plane.shape), plane)


@pytest.mark.parametrize(
    ("plane", "expected"), [([[0, 1], [1, 0]], [1, 2]), ([[0, 0]], []), ([[1, 0, 1]], [0, 1, 1, 1])]
)
def test_run_lengths_worked_out_by_hand(plane, expected):
    assert runs(np.array(plane, bool)) == expected


@pytest.mark.parametrize("wrong", [[1], [0, 7], [-1, 2], [3, 4]])
def test_run_lengths_that_do_not_fit_are_refused(wrong):
    with pytest.raises(ValueError, match="fit"):
        plane_of(wrong, 2, 3)


@given(PLANES)
def test_the_signed_areas_of_the_outlines_add_up_to_the_mask(plane):
    # Holes run the other way round, so that their area is taken off (shoelace formula).
    def area(polygon):
        pairs = zip(polygon, polygon[1:] + polygon[:1], strict=True)
        return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs) / 2

    assert sum(area(polygon) for polygon in outlines(plane)) == plane.sum()


@pytest.mark.parametrize(
    ("plane", "expected"),
    [
        ([[1, 1], [1, 1]], [[(0, 0), (2, 0), (2, 2), (0, 2)]]),
        ([[1, 0], [0, 1]], [[(0, 0), (1, 0), (1, 1), (0, 1)], [(1, 1), (2, 1), (2, 2), (1, 2)]]),
        ([[0, 0]], []),
    ],
)
def test_outlines_worked_out_by_hand(plane, expected):
    assert outlines(np.array(plane, bool)) == expected


def test_a_hole_has_its_own_outline():
    ring = np.ones((3, 3), bool)
    ring[1, 1] = False

    assert len(outlines(ring)) == 2


@given(st.integers(0, 9))
def test_an_overlay_is_small_json_of_the_slices_that_hold_something(radius):
    mask = sphere((21, 64, 64), radius + 0.5)
    uids = [f"1.2.{index}" for index in range(21)]

    found = json.loads(json.dumps(overlay({"T01": mask}, uids)))

    assert (found["rows"], found["columns"], found["segments"][0]["label"]) == (64, 64, "T01")
    slices = found["segments"][0]["slices"]
    assert list(slices) == [uid for uid, plane in zip(uids, mask, strict=True) if plane.any()]
    for uid, lengths in slices.items():
        np.testing.assert_array_equal(plane_of(lengths, 64, 64), mask[uids.index(uid)])
    rows_held = int(mask.any(axis=2).sum())
    assert len(json.dumps(found)) < 100 + 20 * len(slices) + 10 * rows_held
