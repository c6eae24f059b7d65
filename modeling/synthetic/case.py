"""One synthetic patient: four CT phases, lesion mask, clinical values, outcome."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from modeling.synthetic.anatomy import Anatomy, Ellipsoid, Grid, Mask, build_anatomy
from modeling.synthetic.clinical import Latent, Outcome, draw_clinical, draw_latent, draw_outcome

PHASES = ("PLAIN", "AP", "PVP", "DP")
TRAINING_SIZE = (28, 112, 112)
DEMO_SIZE = (40, 256, 256)

# Hounsfield units in the order of PHASES.
ENHANCEMENT: dict[str, tuple[int, int, int, int]] = {
    "skin": (10, 15, 20, 20),
    "fat": (-102, -102, -101, -101),
    "muscle_wall": (48, 52, 60, 58),
    "cavity": (-92, -90, -88, -88),
    "rib": (330, 335, 340, 338),
    "liver": (56, 66, 112, 94),
    "stomach": (14, 16, 18, 18),
    "stomach_gas": (-960, -960, -960, -960),
    "spleen": (46, 122, 124, 102),
    "kidney_cortex": (34, 172, 168, 142),
    "kidney_medulla": (30, 70, 150, 150),
    "gallbladder": (8, 8, 10, 10),
    "muscle": (50, 54, 62, 60),
    "bone_cortex": (400, 402, 406, 404),
    "bone_marrow": (175, 180, 190, 186),
    "disc": (85, 86, 90, 90),
    "canal": (24, 25, 28, 28),
    "hepatic_vein": (42, 64, 158, 120),
    "portal_branch": (42, 84, 176, 128),
    "portal_vein": (42, 92, 182, 132),
    "inferior_vena_cava": (40, 74, 150, 124),
    "aorta": (42, 305, 165, 128),
}
LESION = (44, 112, 92, 68)
NECROSIS = (24, 27, 28, 30)
CAPSULE = (50, 70, 112, 122)
NOISE_HU = 9.0


@dataclass(frozen=True)
class PhaseVolume:
    """Hounsfield units, int16 (z, y, x), slices from feet to head; spacing (z, y, x) in millimetres."""

    volume: NDArray[np.int16] = field(repr=False)
    spacing: tuple[float, float, float]
    origin: tuple[float, float, float]


@dataclass(frozen=True)
class SyntheticCase:
    """A made-up patient. `lesion` is a boolean (z, y, x) array on the grid of every phase."""

    seed: int
    phases: dict[str, PhaseVolume] = field(repr=False)
    lesion: Mask = field(repr=False)
    clinical: dict[str, str | int]
    outcome: Outcome


def make_case(seed: int, *, size: tuple[int, int, int] = TRAINING_SIZE) -> SyntheticCase:
    """Return the patient of this seed; the same seed and size give the same voxels.

    Outcome and clinical values depend on the seed alone, so a case drawn at two sizes is one patient.
    """
    traits, body, texture = (np.random.default_rng([seed, stream]) for stream in range(3))
    latent = draw_latent(traits)
    lesions = _draw_lesions(latent, traits)
    diameter = 2 * max(lesions[0].radii)
    clinical = draw_clinical(latent, traits, diameter_mm=diameter)
    outcome = draw_outcome(latent, clinical, traits)
    grid = Grid(size)
    anatomy = build_anatomy(grid, body)
    parts = _lesion_parts(grid, anatomy, lesions, latent, texture)
    phases = {
        phase: PhaseVolume(_render(grid, anatomy, parts, index, texture), grid.spacing, grid.origin)
        for index, phase in enumerate(PHASES)
    }
    return SyntheticCase(seed, phases, parts.lesion, clinical, outcome)


def make_cohort(
    count: int, *, first_seed: int = 1000, size: tuple[int, int, int] = TRAINING_SIZE
) -> list[SyntheticCase]:
    """Return the patients of `count` consecutive seeds."""
    return [make_case(first_seed + index, size=size) for index in range(count)]


@dataclass(frozen=True)
class _LesionParts:
    lesion: Mask
    necrosis: Mask
    capsule: Mask
    texture: NDArray[np.float32]
    hyperenhancement: float


def _draw_lesions(latent: Latent, rng: np.random.Generator) -> list[Ellipsoid]:
    """Return the main lesion of the right lobe and, in large tumour burden, a satellite further left."""
    radius = float(np.clip(27 + 6.5 * latent.burden, 15, 44))
    ratio = rng.uniform(0.82, 1.0, size=2)
    centre = (rng.uniform(-4, 12), rng.uniform(-14, 8), rng.uniform(-88, -76))
    main = Ellipsoid(centre, (radius * ratio[0], radius * ratio[1], radius))
    if latent.burden < 0.3:
        return [main]
    return [main, Ellipsoid((centre[0] + 4, -52.0, -24.0), (9.0, 9.0, 9.0))]


def _lesion_parts(
    grid: Grid, anatomy: Anatomy, lesions: list[Ellipsoid], latent: Latent, rng: np.random.Generator
) -> _LesionParts:
    """Paint lesions with a lobulated edge; heterogeneous ones have more necrosis and coarser texture."""
    axes = grid.axes()
    wobble = _smooth_noise(grid, rng, millimetres=14.0) * 0.10
    level = np.minimum.reduce([lesion.level(axes) for lesion in lesions]) + wobble
    lesion = (level < 1) & anatomy.liver
    core = lesions[0].level(axes) + _smooth_noise(grid, rng, millimetres=9.0) * 0.22
    necrotic_radius = float(np.clip(0.28 + 0.16 * latent.heterogeneity, 0.0, 0.72))
    capsule = (level >= 1) & (level < 1.14) & anatomy.liver
    amplitude = float(np.clip(11 + 7 * latent.heterogeneity, 2, 32))
    texture = _smooth_noise(grid, rng, millimetres=5.0) * amplitude
    hyper = float(1.0 + 0.15 * latent.biology)
    return _LesionParts(lesion, lesion & (core < necrotic_radius**2), capsule, texture, hyper)


def _render(
    grid: Grid, anatomy: Anatomy, parts: _LesionParts, index: int, rng: np.random.Generator
) -> NDArray[np.int16]:
    image = np.full(grid.size, -1000.0, np.float32)
    for name, mask in anatomy.structures.items():
        image[mask] = ENHANCEMENT[name][index]
    image[parts.capsule] = CAPSULE[index]
    lesion = LESION[index] + (LESION[index] - LESION[0]) * (parts.hyperenhancement - 1)
    image[parts.lesion] = lesion + parts.texture[parts.lesion] * (0.5 if index == 0 else 1.0)
    image[parts.necrosis] = NECROSIS[index] + 0.3 * parts.texture[parts.necrosis]
    image = ndimage.gaussian_filter(
        image, [0.4 / s for s in grid.spacing[:1]] + [1.1 / s for s in grid.spacing[1:]]
    )
    noise = _smooth_noise(grid, rng, millimetres=1.6)
    return np.clip(np.rint(image + NOISE_HU * noise), -1024, 3071).astype(np.int16)


def _smooth_noise(grid: Grid, rng: np.random.Generator, *, millimetres: float) -> NDArray[np.float32]:
    """Unit-variance Gaussian random field with the given correlation length."""
    field_ = rng.standard_normal(grid.size, dtype=np.float32)
    field_ = ndimage.gaussian_filter(
        field_, [millimetres / s / 2 for s in grid.spacing], mode="wrap", truncate=2.5
    )
    return field_ / max(float(field_.std()), 1e-6)
