"""Is a series a volume? Judged from positions and orientations alone.

SliceLocation, InstanceNumber and GantryDetectorTilt are often wrong, so the place of a plane is the
projection of its position on the normal, IPP . (row x column), and tilt the angle between normal and stack.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imaging.quality.facts import SliceFacts

MIN_SLICES = 3
SAME_PLACE_MM = 1e-3
SAME_DIRECTION = 1e-3
MAX_SHEAR_DEG = 0.5
SPACING_TOLERANCE = 0.05
SPACING_FLOOR_MM = 0.01

FAULTS = (
    "NO_POSITION",
    "TOO_FEW",
    "MIXED_ORIENTATION",
    "DUPLICATE_POSITIONS",
    "MISSING",
    "NON_UNIFORM",
    "TILT",
)
NOTES = ("MIXED_THICKNESS", "OVERLAP", "GAP", "NUMBER_GAPS")

EXPLANATIONS: dict[str, dict[str, str]] = {
    "OK": {"zh": "几何正常", "en": "Regular volume"},
    "NO_POSITION": {
        "zh": "缺少位置或方向信息，从设备或PACS重新导出原始序列",
        "en": "Position or orientation is missing: export the original series again",
    },
    "TOO_FEW": {"zh": "层数过少，不构成体数据", "en": "Too few slices to make a volume"},
    "MIXED_ORIENTATION": {
        "zh": "同一序列中混有不同方向的图像，拆分后上传",
        "en": "Images of different orientation in one series: split it and upload again",
    },
    "DUPLICATE_POSITIONS": {
        "zh": "有多幅图像位于同一位置，核对是否混入其他期相",
        "en": "Several images at one position: check whether another phase is mixed in",
    },
    "MISSING": {
        "zh": "中间缺层，补传缺失的图像",
        "en": "Slices are missing inside: upload the missing images",
    },
    "NON_UNIFORM": {"zh": "层间距不均匀", "en": "The spacing between slices is not uniform"},
    "TILT": {"zh": "机架倾斜，体数据被错切", "en": "Tilted gantry: the volume is sheared"},
    "MIXED_THICKNESS": {"zh": "层厚不一致", "en": "The slice thickness varies"},
    "OVERLAP": {
        "zh": "层间距小于层厚（重叠重建）",
        "en": "Spacing below thickness (overlapping reconstruction)",
    },
    "GAP": {"zh": "层间距大于层厚，层间有间隙", "en": "Spacing above thickness: gaps between slices"},
    "NUMBER_GAPS": {"zh": "图像编号不连续", "en": "The instance numbers are not consecutive"},
}


@dataclass(frozen=True)
class SeriesGeometry:
    """The geometry of one series in mm and degrees; spacings are None with fewer than two places.

    `missing` counts the planes that a regular stack would have between the first and the last.
    """

    n: int
    thickness: tuple[float, ...]
    spacing_median: float | None
    spacing_min: float | None
    spacing_max: float | None
    shear_deg: float
    orientation: str
    missing: int
    codes: tuple[str, ...]

    @property
    def faults(self) -> tuple[str, ...]:
        """The codes for which the series is not a regular volume."""
        return tuple(code for code in self.codes if code in FAULTS)

    @property
    def verdict(self) -> str:
        """ "OK", or the gravest fault."""
        return self.faults[0] if self.faults else "OK"


def judge_series(headers: Sequence[SliceFacts]) -> SeriesGeometry:
    """Return geometry and findings of a series whose planes come in any order."""
    thickness = tuple(sorted({h.thickness for h in headers if h.thickness}))
    placed = [h for h in headers if h.position and h.orientation]
    codes = _header_codes(headers, complete=bool(placed) and len(placed) == len(headers))
    cosines = np.array([h.orientation for h in placed], float).reshape(-1, 6)
    name = orientation_name(cosines[0]) if placed else ""
    mixed = bool(placed) and float(np.abs(cosines - cosines[0]).max()) > SAME_DIRECTION
    if not placed or mixed:
        codes += ["MIXED_ORIENTATION"] if mixed else []
        return SeriesGeometry(len(headers), thickness, None, None, None, 0.0, name, 0, _ordered(codes))

    normal = np.cross(cosines[0, :3], cosines[0, 3:])
    positions = np.array([h.position for h in placed], float)
    gaps = np.diff(np.sort(positions @ normal))
    steps = gaps[gaps >= SAME_PLACE_MM]
    shear = shear_degrees(positions, normal)
    return SeriesGeometry(
        n=len(headers),
        thickness=thickness,
        spacing_median=float(np.median(steps)) if len(steps) else None,
        spacing_min=float(steps.min()) if len(steps) else None,
        spacing_max=float(steps.max()) if len(steps) else None,
        shear_deg=shear,
        orientation=name,
        missing=_missing(steps)[0],
        codes=_ordered(codes + _stack_codes(gaps, steps, thickness, shear)),
    )


def _header_codes(headers: Sequence[SliceFacts], *, complete: bool) -> list[str]:
    codes = [] if complete else ["NO_POSITION"]
    codes += ["TOO_FEW"] if len(headers) < MIN_SLICES else []
    return codes + (["NUMBER_GAPS"] if _numbers_skip(headers) else [])


def _stack_codes(
    gaps: np.ndarray, steps: np.ndarray, thickness: tuple[float, ...], shear: float
) -> list[str]:
    missing, uniform = _missing(steps)
    spacing = float(np.median(steps)) if len(steps) else None
    findings = {
        "DUPLICATE_POSITIONS": len(steps) < len(gaps),
        "MISSING": missing > 0,
        "NON_UNIFORM": not uniform,
        "TILT": shear > MAX_SHEAR_DEG,
        "MIXED_THICKNESS": len(thickness) > 1,
        "OVERLAP": _compare(spacing, thickness) < 0,
        "GAP": _compare(spacing, thickness) > 0,
    }
    return [code for code, holds in findings.items() if holds]


def shear_degrees(positions: np.ndarray, normal: np.ndarray) -> float:
    """Return the angle in degrees between the slice normal and the way from the first to the last plane.

    `positions` is (n, 3) in mm; 0 when all planes are at one place.
    """
    order = np.argsort(positions @ normal)
    way = positions[order[-1]] - positions[order[0]]
    length = float(np.linalg.norm(way))
    if length < SAME_PLACE_MM:
        return 0.0
    return float(np.degrees(np.arccos(min(1.0, abs(float(way @ normal)) / length))))


def orientation_name(cosines: Sequence[float] | np.ndarray) -> str:
    """Name the plane of a slice; OBLIQUE when the normal is 30 degrees or more off every axis."""
    normal = np.abs(np.cross(cosines[:3], cosines[3:]))
    axis = int(normal.argmax())
    return ("SAGITTAL", "CORONAL", "AXIAL")[axis] if normal[axis] > np.cos(np.radians(30)) else "OBLIQUE"


def _missing(steps: np.ndarray) -> tuple[int, bool]:
    """Return how many planes are missing and whether the steps are multiples of one spacing."""
    if not len(steps):
        return 0, True
    # Where more planes are missing than present, the smallest step is the spacing, not the median.
    for unit in (float(np.median(steps)), float(steps.min())):
        multiples = np.maximum(np.round(steps / unit), 1)
        if np.all(np.abs(steps - multiples * unit) <= SPACING_TOLERANCE * unit + SPACING_FLOOR_MM):
            return int((multiples - 1).sum()), True
    return 0, False


def _compare(spacing: float | None, thickness: tuple[float, ...]) -> int:
    if spacing is None or not thickness:
        return 0
    return int(spacing > thickness[-1] + SPACING_FLOOR_MM) - int(spacing < thickness[0] - SPACING_FLOOR_MM)


def _numbers_skip(headers: Sequence[SliceFacts]) -> bool:
    numbers = {h.instance_number for h in headers if h.instance_number is not None}
    return bool(numbers) and max(numbers) - min(numbers) + 1 > len(numbers)


def _ordered(codes: list[str]) -> tuple[str, ...]:
    return tuple(code for code in (*FAULTS, *NOTES) if code in codes)
