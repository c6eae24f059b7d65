"""Geometry of the abdomen phantom.

Coordinates are patient LPS millimetres about the body centre: x to the patient's left (image right), y to the
back (image bottom), z to the head. Every structure is a boolean array (z, y, x) from an implicit function.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

FIELD_OF_VIEW_MM = 350.0
SLAB_MM = 130.0

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Grid:
    """Voxel centres of a (z, y, x) array that covers the field of view and the axial slab."""

    size: tuple[int, int, int]

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Millimetres per voxel along (z, y, x)."""
        slices, rows, columns = self.size
        return (SLAB_MM / slices, FIELD_OF_VIEW_MM / rows, FIELD_OF_VIEW_MM / columns)

    @property
    def origin(self) -> tuple[float, float, float]:
        """Centre of the first voxel, (z, y, x) millimetres."""
        (slices, rows, columns), (dz, dy, dx) = self.size, self.spacing
        return (-(slices - 1) / 2 * dz, -(rows - 1) / 2 * dy, -(columns - 1) / 2 * dx)

    def axes(self) -> tuple[NDArray[np.float32], ...]:
        """Open (z, y, x) coordinate arrays that broadcast to the grid."""
        lines = (o + s * np.arange(n) for o, s, n in zip(self.origin, self.spacing, self.size, strict=True))
        return np.meshgrid(*(line.astype(np.float32) for line in lines), indexing="ij", sparse=True)


@dataclass(frozen=True)
class Ellipsoid:
    """A lesion or organ part: centre and semi-axes in (z, y, x) millimetres."""

    centre: tuple[float, float, float]
    radii: tuple[float, float, float]

    def level(self, axes: tuple[NDArray, ...]) -> NDArray[np.float32]:
        """Squared normalised distance: below 1 inside."""
        z, y, x = (((axis - c) / r) ** 2 for axis, c, r in zip(axes, self.centre, self.radii, strict=True))
        return (z + y + x).astype(np.float32, copy=False)


@dataclass(frozen=True)
class Anatomy:
    """Painted structures in painting order; `liver` is what stays visible of it, where lesions may sit."""

    structures: dict[str, Mask] = field(repr=False)
    liver: Mask = field(repr=False)


def build_anatomy(grid: Grid, rng: np.random.Generator) -> Anatomy:
    """Return one body of random build; the later structure of the dict covers the earlier ones."""
    axes = grid.axes()
    _, y, x = axes
    build = rng.uniform(0.94, 1.04)
    body_axes = (118.0 * build, 158.0 * build)
    inside = {name: _ellipse(y, x, body_axes, shrink) for name, shrink in _LAYERS.items()}
    structures = {name: np.broadcast_to(mask, grid.size) for name, mask in inside.items()}
    structures["rib"] = _ribs(axes, body_axes)
    liver = _liver(axes, rng) & inside["cavity"]
    structures["liver"] = liver
    neighbours = {name: mask & inside["cavity"] for name, mask in _organs(axes, rng).items()}
    neighbours |= _spine_and_muscles(axes)
    structures |= neighbours
    visible = liver & ~np.logical_or.reduce([np.broadcast_to(m, grid.size) for m in neighbours.values()])
    vessels = _vessels(axes)
    structures["hepatic_vein"] = vessels.pop("hepatic_vein") & liver
    structures["portal_branch"] = vessels.pop("portal_branch") & liver
    structures |= vessels
    return Anatomy(structures=structures, liver=visible)


_LAYERS = {"skin": 1.0, "fat": 0.985, "muscle_wall": 0.885, "cavity": 0.815}


def _ellipse(y: NDArray, x: NDArray, semi_axes: tuple[float, float], shrink: float) -> Mask:
    """Body outline as a superellipse (flatter back and flanks than an ellipse)."""
    return (np.abs(y / (semi_axes[0] * shrink)) ** 2.4 + np.abs(x / (semi_axes[1] * shrink)) ** 2.4) < 1


def _liver(axes: tuple[NDArray, ...], rng: np.random.Generator) -> Mask:
    """Right lobe with a tapering left lobe in front of the spine."""
    scale = rng.uniform(0.95, 1.05)
    right = Ellipsoid((6, -2, -74), (92 * scale, 74 * scale, 62 * scale)).level(axes)
    left = Ellipsoid((16, -44, -14), (66 * scale, 31 * scale, 72 * scale)).level(axes)
    return np.minimum(right, left) < 1


def _organs(axes: tuple[NDArray, ...], rng: np.random.Generator) -> dict[str, Mask]:
    z, y, _ = axes
    stomach = Ellipsoid((20, -28 + rng.uniform(-4, 4), 72), (70, 34, 42)).level(axes) < 1
    return {
        "stomach": stomach,
        "stomach_gas": stomach & (y < -44) & (z > -60),
        "spleen": _spleen(axes),
        "kidney_cortex": _paired(axes, (-46, 54, 66), (52, 28, 23)),
        "kidney_medulla": _paired(axes, (-46, 54, 64), (36, 16, 11)),
        "gallbladder": Ellipsoid((-40, -46, -44), (26, 17, 14)).level(axes) < 1,
    }


def _spleen(axes: tuple[NDArray, ...]) -> Mask:
    outer = Ellipsoid((28, 34, 108), (54, 46, 27)).level(axes)
    hilum = Ellipsoid((28, 14, 82), (60, 40, 20)).level(axes)
    return (outer < 1) & (hilum > 1)


def _paired(
    axes: tuple[NDArray, ...], centre: tuple[float, float, float], radii: tuple[float, float, float]
) -> Mask:
    z, y, x = axes
    return Ellipsoid(centre, radii).level((z, y, np.abs(x))) < 1


def _ribs(axes: tuple[NDArray, ...], body_axes: tuple[float, float]) -> Mask:
    """Ribs cut the axial plane as short ovals that turn with height, because ribs slope."""
    z, y, x = axes
    mask = np.zeros(np.broadcast_shapes(z.shape, y.shape, x.shape), bool)
    for start in np.deg2rad(np.array([-62, -26, 8, 40, 66])):
        angle = start + z * 0.006
        ring_y, ring_x = 0.85 * body_axes[0] * np.sin(angle), 0.85 * body_axes[1] * np.cos(angle)
        along_y, along_x = body_axes[0] * np.cos(angle), -body_axes[1] * np.sin(angle)
        norm = np.hypot(along_y, along_x)
        dy, dx = y - ring_y, np.abs(x) - ring_x
        along = (dy * along_y + dx * along_x) / norm
        across = (dy * along_x - dx * along_y) / norm
        mask |= (along / 12.0) ** 2 + (across / 5.0) ** 2 < 1
    return mask


def _spine_and_muscles(axes: tuple[NDArray, ...]) -> dict[str, Mask]:
    z, y, x = axes
    vertebra = ((y - 50) / 19) ** 2 + (x / 24) ** 2
    arch = (np.abs(x) < 26 - 0.5 * np.abs(y - 84)) & (y > 60) & (y < 88)
    process = (np.abs(x) < 5) & (y > 80) & (y < 102)
    every = np.ones_like(z, dtype=bool)
    disc = np.abs((z % 34.0) - 17.0) < 3.5
    return {
        "muscle": (((y - 84) / 21) ** 2 + ((np.abs(x) - 38) / 29) ** 2 < 1) & every,
        "bone_cortex": ((vertebra < 1) | arch | process) & every,
        "bone_marrow": (vertebra < 0.84) & every,
        "disc": (vertebra < 1) & disc,
        "canal": (((y - 74) / 8) ** 2 + (x / 9) ** 2 < 1) & every,
    }


def _vessels(axes: tuple[NDArray, ...]) -> dict[str, Mask]:
    z, y, x = axes
    every = np.ones_like(z, dtype=bool)
    portal = (((y + 6 + 0.1 * z) / 7.5) ** 2 + ((x + 22 + 0.12 * z) / 9) ** 2 < 1) & every
    return {
        "hepatic_vein": _branches(axes, (26.0, 10.0, -28.0), (100, 140, 175, 215), 4.2),
        "portal_branch": _branches(axes, (2.0, -8.0, -34.0), (120, 158, 196, 238), 4.6),
        "portal_vein": portal & (z < 14),
        "inferior_vena_cava": (((y - 20) / 11) ** 2 + ((x + 24) / 14) ** 2 < 1) & every,
        "aorta": ((y - 22) ** 2 + (x - 12) ** 2 < 11.5**2) & every,
    }


def _branches(
    axes: tuple[NDArray, ...], root: tuple[float, float, float], degrees: tuple[int, ...], radius: float
) -> Mask:
    """Straight tubes that leave the root in the given axial directions, rise and taper."""
    z, y, x = (axis - start for axis, start in zip(axes, root, strict=True))
    mask = np.zeros(np.broadcast_shapes(z.shape, y.shape, x.shape), bool)
    for index, degree in enumerate(degrees):
        angle = np.deg2rad(degree)
        direction = np.array([0.35 - 0.22 * index, np.sin(angle), np.cos(angle)])
        direction /= np.linalg.norm(direction)
        along = z * direction[0] + y * direction[1] + x * direction[2]
        distance2 = z**2 + y**2 + x**2 - along**2
        taper = np.clip(radius * (1 - along / 120), 1.2, None)
        mask |= (distance2 < taper**2) & (along > 0) & (along < 92)
    return mask
