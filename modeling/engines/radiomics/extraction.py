"""Extract one mask's features."""

import logging
import time
from dataclasses import dataclass

import numpy as np
import radiomics
import SimpleITK as sitk
from numpy.typing import NDArray
from radiomics import featureextractor

from modeling.engines.errors import MaskTooSmall
from modeling.engines.grid import bounding_box, check_grid
from modeling.engines.radiomics.settings import RadiomicsSettings

ENGINE = "pyradiomics"

radiomics.logger.setLevel(logging.ERROR)


@dataclass(frozen=True)
class FeatureSet:
    """pyradiomics names to values, with everything needed to compute them again."""

    values: dict[str, float]
    settings: dict[str, object]
    engine: str
    version: str
    crop_pad: int
    voxels: int
    seconds: float


def extract(
    volume: NDArray, mask: NDArray, spacing: tuple[float, float, float], *, settings: RadiomicsSettings
) -> FeatureSet:
    """Return the features of the voxels where `mask` is positive; arrays are (z, y, x), spacing millimetres.

    Raises GeometryMismatch, EmptyMask, or MaskTooSmall for fewer than `settings.minimum_voxels` voxels or a
    mask one voxel thin in two directions, where shape and texture are undefined.
    """
    marked = check_grid(volume, mask, spacing)
    _require_extent(marked, settings)
    started = time.perf_counter()
    extractor = featureextractor.RadiomicsFeatureExtractor(**settings.library_settings(spacing))
    extractor.disableAllFeatures()
    extractor.enableFeaturesByName(**{name: [] for name in settings.feature_classes})
    extractor.enabledImagetypes = settings.image_types()
    raw = extractor.execute(_image(volume, spacing), _image(marked.astype(np.uint8), spacing))
    values = {name: float(value) for name, value in raw.items() if not name.startswith("diagnostics_")}
    return FeatureSet(
        values=values,
        settings=settings.as_dict(),
        engine=ENGINE,
        version=radiomics.__version__.lstrip("v"),
        crop_pad=settings.crop_pad(spacing),
        voxels=int(marked.sum()),
        seconds=time.perf_counter() - started,
    )


def _require_extent(marked: NDArray[np.bool_], settings: RadiomicsSettings) -> None:
    voxels = int(marked.sum())
    extents = [part.stop - part.start for part in bounding_box(marked)]
    least = settings.minimum_voxels
    if voxels < least or sorted(extents)[1] < 2:
        raise MaskTooSmall(
            zh=f"勾画只有 {voxels} 个体素，至少需要 {least} 个。选更大的病灶或更薄的层厚。",
            en=f"The mask has {voxels} voxels; at least {least} in two directions are needed. "
            "Choose a larger lesion or thinner slices.",
        )


def _image(array: NDArray, spacing: tuple[float, float, float]) -> sitk.Image:
    image = sitk.GetImageFromArray(np.ascontiguousarray(array))
    image.SetSpacing([float(step) for step in reversed(spacing)])
    return image
