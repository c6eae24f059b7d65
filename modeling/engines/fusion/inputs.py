"""What a case brings to the fusion model, and whether it keeps the model's input contract."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from modeling.engines.deep import LesionEncoder, embed, lesion_crop
from modeling.engines.fusion.layout import CLINICAL, PHASE_LABELS, RADIOMICS, Layout, Token
from modeling.engines.radiomics import RadiomicsSettings, extract

# Texture depends on the voxel; every case is brought to this grid first.
FUSION_RADIOMICS = RadiomicsSettings(
    bin_width=25.0,
    resampled_pixel_spacing=(4.0, 3.0, 3.0),
    feature_classes=("shape", "firstorder", "glcm", "glszm"),
)


@dataclass(frozen=True)
class PhaseImage:
    """One contrast phase with the lesion mask on its grid; arrays (z, y, x), spacing millimetres."""

    volume: NDArray = field(repr=False)
    mask: NDArray = field(repr=False)
    spacing: tuple[float, float, float]


@dataclass(frozen=True)
class ScoreInputs:
    """Values of one case, by item OID and by phase; whatever is absent is left out."""

    clinical: Mapping[str, object]
    radiomics: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    deep: Mapping[str, list[float]] = field(default_factory=dict)
    slice_thickness: Mapping[str, float] = field(default_factory=dict)
    days_before_treatment: int | None = None


@dataclass(frozen=True)
class Contract:
    """What the model was validated for; a case outside it gets no score."""

    phases: tuple[str, ...]
    max_slice_thickness: float
    clinical: tuple[str, ...]
    days_before_treatment: tuple[int, int] = (0, 14)
    distance_limit: float | None = None

    def as_dict(self) -> dict[str, object]:
        """Return the contract as plain JSON values."""
        return {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(self).items()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Contract":
        """Return the contract written by `as_dict`."""
        fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
        return cls(**fields)


@dataclass(frozen=True)
class Check:
    """One condition of the contract as found in a case; text as {"zh", "en"}."""

    code: str
    passed: bool
    found: dict[str, str]
    required: dict[str, str]
    remedy: dict[str, str]


def inputs_from_images(
    clinical: Mapping[str, object],
    phases: Mapping[str, PhaseImage],
    *,
    encoder: LesionEncoder,
    device: torch.device,
    days_before_treatment: int | None = None,
) -> ScoreInputs:
    """Return the inputs of a case: radiomics on the common grid and deep features of each phase given.

    Raises the radiomics engine's named errors for a mask that cannot be measured.
    """
    radiomics = {
        phase: extract(image.volume, image.mask, image.spacing, settings=FUSION_RADIOMICS).values
        for phase, image in phases.items()
    }
    crops = [lesion_crop(image.volume, image.mask, image.spacing) for image in phases.values()]
    features = embed(encoder, crops, device=device) if crops else np.empty((0, 0))
    return ScoreInputs(
        clinical=dict(clinical),
        radiomics=radiomics,
        deep={phase: row.tolist() for phase, row in zip(phases, features, strict=True)},
        slice_thickness={phase: image.spacing[0] for phase, image in phases.items()},
        days_before_treatment=days_before_treatment,
    )


def encode(layout: Layout, inputs: ScoreInputs) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the raw columns (missing ones NaN) and which tokens are present, that is complete."""
    parts = [_token_values(layout, token, inputs) for token in layout.tokens]
    present = np.array([bool(np.isfinite(part).all()) for part in parts])
    return np.concatenate(parts), present


def check_contract(contract: Contract, layout: Layout, inputs: ScoreInputs) -> list[Check]:
    """Return every condition in a fixed order, kept or not."""
    return [
        _phases_check(contract, inputs),
        _thickness_check(contract, inputs),
        _window_check(contract, inputs),
        _clinical_check(contract, layout, inputs),
    ]


def distance_check(distance: float, limit: float) -> Check:
    """Return whether the case lies within the range of the training cohort."""
    return Check(
        "distribution",
        distance <= limit,
        _both(f"距离 {distance:.2f}", f"distance {distance:.2f}"),
        _both(f"≤ {limit:.2f}", f"≤ {limit:.2f}"),
        _both(
            "与训练数据差异大。核对期相、勾画和化验单位，必要时按常规临床判断。",
            "The case differs from the training data. Check phases, mask and laboratory units.",
        ),
    )


def _token_values(layout: Layout, token: Token, inputs: ScoreInputs) -> NDArray[np.float64]:
    if token.modality == CLINICAL:
        numbers = [item.number(inputs.clinical.get(item.oid)) for item in layout.items]
        return np.array([math.nan if number is None else number for number in numbers])
    if token.modality == RADIOMICS:
        values = inputs.radiomics.get(token.phase or "", {})
        return np.array([values.get(name, math.nan) for name in token.features], dtype=float)
    features = inputs.deep.get(token.phase or "") or [math.nan] * len(token.features)
    return np.asarray(features, dtype=float)


def _phases_check(contract: Contract, inputs: ScoreInputs) -> Check:
    missing = [p for p in contract.phases if p not in inputs.radiomics or p not in inputs.deep]
    names = {tongue: [PHASE_LABELS[p][tongue] for p in missing] for tongue in ("zh", "en")}
    got = len(contract.phases) - len(missing)
    need = len(contract.phases)
    return Check(
        "phases",
        not missing,
        _both(f"{got} / {need} 期", f"{got} of {need} phases"),
        _both(f"{need} 期齐全", f"all {need} phases"),
        _both(
            f"缺{'、'.join(names['zh'])}。补传缺少的期相后重跑。",
            f"Missing: {', '.join(names['en'])}. Upload the missing phase and run again.",
        ),
    )


def _thickness_check(contract: Contract, inputs: ScoreInputs) -> Check:
    limit = contract.max_slice_thickness
    measured = [p for p in contract.phases if p in inputs.radiomics]
    given = [inputs.slice_thickness[p] for p in measured if p in inputs.slice_thickness]
    found = _both(f"{max(given):.2f} mm", f"{max(given):.2f} mm") if given else _both("未知", "unknown")
    return Check(
        "slice_thickness",
        len(given) == len(measured) and all(thickness <= limit for thickness in given),
        found,
        _both(f"≤ {limit:g} mm", f"≤ {limit:g} mm"),
        _both(
            f"层厚 {found['zh']}，要求不超过 {limit:g} mm。上传薄层重建。",
            f"Slice thickness is {found['en']}; at most {limit:g} mm is allowed. Upload thinner slices.",
        ),
    )


def _window_check(contract: Contract, inputs: ScoreInputs) -> Check:
    low, high = contract.days_before_treatment
    days = inputs.days_before_treatment
    return Check(
        "imaging_window",
        days is None or low <= days <= high,
        _both("未给出", "not given") if days is None else _both(f"治疗前 {days} 天", f"{days} days before"),
        _both(f"{low}–{high} 天", f"{low}–{high} days"),
        _both(
            f"CT 在治疗前 {days} 天，要求 {low}–{high} 天。核对检查日期和治疗开始日期。",
            f"CT was {days} days before treatment; {low}–{high} are allowed. Check both dates.",
        ),
    )


def _clinical_check(contract: Contract, layout: Layout, inputs: ScoreInputs) -> Check:
    items = [item for item in layout.items if item.oid in contract.clinical]
    missing = [item for item in items if item.number(inputs.clinical.get(item.oid)) is None]
    got, need = len(items) - len(missing), len(items)
    return Check(
        "clinical_items",
        not missing,
        _both(f"临床 {got} / {need} 项", f"{got} of {need} clinical items"),
        _both(f"{need} 项", f"{need} items"),
        _both(
            f"缺少或超出范围：{'、'.join(item.zh for item in missing)}。在表单中补全或核对。",
            f"Missing or out of range: {', '.join(item.en for item in missing)}. Complete them in the form.",
        ),
    )


def _both(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}
