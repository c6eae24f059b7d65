"""What a feature set was computed with; part of its identity."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

FEATURE_CLASSES = ("shape", "firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm")
# The coif1 wavelet of one level reaches 5 voxels and the original image 1; a Gaussian narrower than a voxel
# still needs 10 for seven equal digits.
_FILTER_REACH = 10
_ORIGINAL_REACH = 5


@dataclass(frozen=True)
class RadiomicsSettings:
    """pyradiomics settings under the `pyradiomics-compat` profile.

    `resampled_pixel_spacing` is (z, y, x) millimetres or None for the acquired grid; `log_sigma` lists the
    Laplacian-of-Gaussian widths in millimetres; `resegment_range` limits the mask to these grey values.
    """

    bin_width: float = 25.0
    resampled_pixel_spacing: tuple[float, float, float] | None = None
    log_sigma: tuple[float, ...] = ()
    wavelet: bool = False
    feature_classes: tuple[str, ...] = FEATURE_CLASSES
    resegment_range: tuple[float, float] | None = None
    voxel_array_shift: int = 0
    minimum_voxels: int = 27
    profile: str = "pyradiomics-compat"

    def crop_pad(self, spacing: tuple[float, float, float]) -> int:
        """Voxels kept around the mask so that a cropped filter equals the filter of the whole volume.

        At least 8 sigma of the widest Gaussian, in the finest in-plane voxel, because its recursive form has
        no finite support; on pyradiomics' lung2 sample the largest relative change is then 3e-7.
        """
        grid = self.resampled_pixel_spacing or spacing
        if not self.log_sigma:
            return _FILTER_REACH if self.wavelet else _ORIGINAL_REACH
        return max(_FILTER_REACH, math.ceil(8 * max(self.log_sigma) / min(grid[1:])))

    def as_dict(self) -> dict[str, object]:
        """Return the settings as plain JSON values."""
        return {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(self).items()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "RadiomicsSettings":
        """Return the settings written by `as_dict`; an unknown key is a TypeError."""
        fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
        return cls(**fields)

    def image_types(self) -> dict[str, dict]:
        """Return pyradiomics' enabled image types."""
        types: dict[str, dict] = {"Original": {}}
        if self.log_sigma:
            types["LoG"] = {"sigma": list(self.log_sigma)}
        if self.wavelet:
            types["Wavelet"] = {}
        return types

    def library_settings(self, spacing: tuple[float, float, float]) -> dict[str, object]:
        """Return pyradiomics' own keyword settings; axes turn from (z, y, x) to its (x, y, z)."""
        resampled = self.resampled_pixel_spacing
        return {
            "binWidth": self.bin_width,
            "resampledPixelSpacing": list(reversed(resampled)) if resampled else None,
            "interpolator": "sitkBSpline",
            "resegmentRange": list(self.resegment_range) if self.resegment_range else None,
            "voxelArrayShift": self.voxel_array_shift,
            "minimumROISize": self.minimum_voxels,
            "preCrop": True,
            "padDistance": self.crop_pad(spacing),
            "additionalInfo": False,
            "label": 1,
        }
