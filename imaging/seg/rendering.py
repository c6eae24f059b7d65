"""Masks for the browser: run lengths for a label map, outlines for drawing over an image. Both are JSON.

A slice's runs are one flat list [skip, length, skip, length, ...] over its pixels row by row, each skip
counted from the end of the run before. Outlines are closed polygons along pixel edges, in pixel corners: the
first pixel of the image covers (0, 0) to (1, 1).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Point = tuple[int, int]


def overlay(masks: Mapping[str, np.ndarray], sop_instance_uids: Sequence[str]) -> dict[str, Any]:
    """Return {"rows", "columns", "segments": [{"label", "slices": {sop_instance_uid: runs}}]}.

    Masks are boolean (z, y, x); slices without a voxel are left out.
    """
    _, rows, columns = next(iter(masks.values())).shape
    segments = [
        {
            "label": label,
            "slices": {
                uid: runs(plane) for uid, plane in zip(sop_instance_uids, mask, strict=True) if plane.any()
            },
        }
        for label, mask in masks.items()
    ]
    return {"rows": rows, "columns": columns, "segments": segments}


def runs(plane: np.ndarray) -> list[int]:
    """Return the run lengths of a boolean slice (rows, columns); empty for an empty slice."""
    flat = np.concatenate(([0], plane.ravel().astype(np.int8), [0]))
    edges = np.flatnonzero(np.diff(flat))
    return np.diff(edges, prepend=0).tolist()


def plane_of(run_lengths: Sequence[int], rows: int, columns: int) -> np.ndarray:
    """Return the boolean slice of run lengths; raises ValueError when they do not fit."""
    if len(run_lengths) % 2 or any(length < 0 for length in run_lengths) or sum(run_lengths) > rows * columns:
        raise ValueError("the run lengths do not fit the slice")
    flat = np.zeros(rows * columns, bool)
    place = 0
    for skip, length in zip(run_lengths[::2], run_lengths[1::2], strict=True):
        place += skip + length
        flat[place - length : place] = True
    return flat.reshape(rows, columns)


def outlines(plane: np.ndarray) -> list[list[Point]]:
    """Return the closed polygons (x, y) around a boolean slice, holes included; corners only.

    Pixels that touch at a corner alone are parted.
    """
    following = _boundary_steps(plane)
    polygons = []
    while following:
        start = min(following)
        polygons.append(_corners(_walk(start, following)))
    return polygons


def _boundary_steps(plane: np.ndarray) -> dict[Point, list[Point]]:
    """Map each boundary corner to the next ones, with the inside on the right hand (y down)."""
    padded = np.pad(plane.astype(bool), 1)
    inside = padded[1:-1, 1:-1]
    steps: dict[Point, list[Point]] = defaultdict(list)
    sides = (
        (padded[:-2, 1:-1], (0, 0), (1, 0)),
        (padded[1:-1, 2:], (1, 0), (1, 1)),
        (padded[2:, 1:-1], (1, 1), (0, 1)),
        (padded[1:-1, :-2], (0, 1), (0, 0)),
    )
    for neighbour, start, end in sides:
        for y, x in np.argwhere(inside & ~neighbour).tolist():
            steps[x + start[0], y + start[1]].append((x + end[0], y + end[1]))
    return steps


def _walk(start: Point, following: dict[Point, list[Point]]) -> list[Point]:
    path, here, before = [start], start, None
    while True:
        here, before = _take(here, before, following), here
        if here == start:
            return path
        path.append(here)


def _take(here: Point, before: Point | None, following: dict[Point, list[Point]]) -> Point:
    ways = following[here]
    # Where two pixels touch at a corner, turning right stays with the same pixel.
    chosen = (
        ways[0] if before is None or len(ways) == 1 else max(ways, key=lambda to: _turn(before, here, to))
    )
    ways.remove(chosen)
    if not ways:
        del following[here]
    return chosen


def _turn(before: Point, here: Point, to: Point) -> int:
    return (here[0] - before[0]) * (to[1] - here[1]) - (here[1] - before[1]) * (to[0] - here[0])


def _corners(path: list[Point]) -> list[Point]:
    closed = [path[-1], *path, path[0]]
    return [
        here
        for before, here, after in zip(closed, closed[1:], closed[2:], strict=False)
        if _turn(before, here, after)
    ]
