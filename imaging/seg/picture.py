"""One slice as a PNG for people: windowed to grey, with square pixels and the outline of a mask. Pure."""

from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from imaging.seg.rendering import outlines

# Hounsfield units: centre 40, width 350, as the viewer opens the abdomen.
CT_RANGE: Final = (-135.0, 215.0)
# An MR has no unit: all but its darkest and brightest hundredth is spread over the greys.
PERCENTILES: Final = (1.0, 99.0)
OUTLINE: Final = (255, 196, 0)


def slice_png(
    plane: np.ndarray,
    *,
    spacing: tuple[float, float],
    modality: str,
    width: int,
    mask: np.ndarray | None = None,
) -> bytes:
    """Return a PNG `width` pixels wide of a slice (rows, columns); `spacing` is (row, column) in mm.

    A boolean `mask` of the same shape is drawn as its outline along the edges of its pixels.
    """
    rows, columns = plane.shape
    height = max(1, round(width * rows * spacing[0] / (columns * spacing[1])))
    grey = Image.fromarray(greys(plane, modality)).resize((width, height), Image.Resampling.BILINEAR)
    picture = grey if mask is None else grey.convert("RGB")
    if mask is not None:
        _draw_outline(picture, mask, (width / columns, height / rows))
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def greys(plane: np.ndarray, modality: str) -> np.ndarray:
    """Return the slice as uint8: the soft tissue window of a CT, the spread of its own values otherwise."""
    low, high = CT_RANGE if modality == "CT" else np.percentile(plane, PERCENTILES)
    scaled = (plane.astype(np.float32) - low) / max(float(high - low), 1e-6)
    return np.rint(np.clip(scaled, 0, 1) * 255).astype(np.uint8)


def _draw_outline(picture: Image.Image, mask: np.ndarray, scale: tuple[float, float]) -> None:
    pen = ImageDraw.Draw(picture)
    for polygon in outlines(mask):
        points = [(x * scale[0], y * scale[1]) for x, y in polygon]
        pen.line([*points, points[0]], fill=OUTLINE, width=2)
