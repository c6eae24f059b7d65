"""Apply a bundle to one case: score with interval and explanation, or abstain with reasons."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch

from modeling.engines.deep import LesionEncoder
from modeling.engines.device import one_thread, pick_device, provenance, use_deterministic_kernels
from modeling.engines.errors import InvalidBundle
from modeling.engines.fusion.bundle import Bundle, read_bundle
from modeling.engines.fusion.explanation import Attribution, Rows, explain
from modeling.engines.fusion.inputs import (
    Check,
    Contract,
    ScoreInputs,
    check_contract,
    distance_check,
    encode,
)
from modeling.engines.fusion.layout import CLINICAL, DEEP, PHASE_LABELS, RADIOMICS, Layout, Token
from modeling.engines.fusion.network import Ensemble
from modeling.engines.fusion.strata import BAND_LABELS, band_of
from modeling.engines.fusion.training import distance, standardise

INTERVAL_LEVEL = 0.90


@dataclass(frozen=True)
class Contribution:
    """Score points one input adds to the cohort mean; `value` is the raw input where it is one number.

    `parts` breaks an image token down by feature and adds up to `points`; clinical items have none.
    """

    name: str
    group: str
    phase: str | None
    label: dict[str, str]
    points: float
    value: object = None
    unit: str = ""
    parts: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class ScoreResult:
    """A score of 0-100 with band, or an abstention: then every number is None and `reasons` says why."""

    status: str
    checks: tuple[Check, ...]
    reasons: tuple[dict[str, str], ...]
    weights_sha256: str
    provenance: dict[str, object]
    notice: dict[str, str]
    seconds: float
    score: float | None = None
    band: str | None = None
    band_label: dict[str, str] | None = None
    probability: float | None = None
    interval: tuple[float, float] | None = None
    mean_score: float | None = None
    distance: float | None = None
    contributions: tuple[Contribution, ...] = ()

    @property
    def abstain_reason(self) -> dict[str, str] | None:
        """All reasons joined, or None where there is a score."""
        if not self.reasons:
            return None
        return {
            "zh": "".join(reason["zh"] for reason in self.reasons),
            "en": " ".join(reason["en"] for reason in self.reasons),
        }

    def as_dict(self) -> dict[str, object]:
        """Return the result as plain JSON values."""
        return {**asdict(self), "abstain_reason": self.abstain_reason}


def score(bundle: bytes | Bundle, inputs: ScoreInputs, device: torch.device | None = None) -> ScoreResult:
    """Return the case's score, or an abstention where the input contract is not kept.

    `probability` is the mean of the ensemble's members and `score` 100 times that; `interval` holds the 5th
    and 95th percentile of the members, in points: model uncertainty, not the spread of outcomes.
    Contributions add up to score − mean_score. Raises InvalidBundle.
    """
    started = time.perf_counter()
    opened = bundle if isinstance(bundle, Bundle) else read_bundle(bundle)
    device = device or pick_device()
    use_deterministic_kernels()
    layout, contract, ensemble = _restore(opened, device)
    raw, present = encode(layout, inputs)
    checks = check_contract(contract, layout, inputs)
    far = distance(raw, layout, opened.manifest["scaling"]) if np.isfinite(raw).any() else None
    if far is not None and contract.distance_limit is not None:
        checks.append(distance_check(far, contract.distance_limit))
    failed = [check for check in checks if not check.passed]
    common: dict[str, Any] = {
        "checks": tuple(checks),
        "reasons": tuple({"code": check.code, **check.remedy} for check in failed),
        "weights_sha256": opened.manifest["weights_sha256"],
        "provenance": provenance(device).as_dict(),
        "notice": opened.manifest["notice"],
        "distance": far,
    }
    if failed:
        return ScoreResult(status="abstained", seconds=time.perf_counter() - started, **common)
    with one_thread():
        numbers = _numbers(opened, ensemble, (layout, inputs), (raw, present), device)
    return ScoreResult(status="scored", seconds=time.perf_counter() - started, **common, **numbers)


def encoder_of(bundle: Bundle) -> LesionEncoder:
    """Return the bundle's frozen encoder. Raises InvalidBundle."""
    encoder = LesionEncoder()
    _load(encoder, bundle.part("encoder"))
    return encoder.eval()


def _restore(bundle: Bundle, device: torch.device) -> tuple[Layout, Contract, Ensemble]:
    try:
        layout = Layout.from_dict(bundle.manifest["layout"])
        contract = Contract.from_dict(bundle.manifest["contract"])
        ensemble = Ensemble(layout.widths, int(bundle.manifest["members"]))
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidBundle(
            zh="模型包的清单不完整。重新导出模型。",
            en="The bundle's manifest is incomplete. Export the model again.",
        ) from error
    _load(ensemble, bundle.part("fusion"))
    return layout, contract, ensemble.to(device).eval()


def _load(module: torch.nn.Module, weights: Mapping[str, torch.Tensor]) -> None:
    try:
        module.load_state_dict(weights)
    except RuntimeError as error:
        raise InvalidBundle(
            zh="权重与模型结构不符。重新导出模型。",
            en="The weights do not fit the architecture. Export the model again.",
        ) from error


def _numbers(
    bundle: Bundle,
    ensemble: Ensemble,
    case: tuple[Layout, ScoreInputs],
    encoded: tuple[np.ndarray, np.ndarray],
    device: torch.device,
) -> dict[str, Any]:
    layout, inputs = case
    scaling = bundle.manifest["scaling"]
    x = standardise(encoded[0], np.asarray(scaling["mean"]), np.asarray(scaling["sd"]))
    rows = Rows(torch.from_numpy(x[None]).to(device), torch.from_numpy(encoded[1][None]).to(device))
    cohort = Rows(bundle.tensors["cohort.x"].to(device), bundle.tensors["cohort.present"].to(device))
    with torch.inference_mode():
        members = 100 * ensemble(rows.x, rows.present)[:, 0].double().cpu().numpy()
    value = float(members.mean())
    tail = 100 * (1 - INTERVAL_LEVEL) / 2
    low, high = np.percentile(members, [tail, 100 - tail])
    cuts = bundle.manifest["bands"]
    band = band_of(value, (cuts["low_below"], cuts["high_from"]))
    attribution = explain(ensemble, rows, cohort, layout)
    return {
        "score": value,
        "band": band,
        "band_label": BAND_LABELS[band],
        "probability": value / 100,
        "interval": (float(low), float(high)),
        "mean_score": attribution.mean,
        "contributions": _contributions(layout, inputs, attribution),
    }


def _contributions(layout: Layout, inputs: ScoreInputs, attribution: Attribution) -> tuple[Contribution, ...]:
    """Clinical items one by one, radiomics by phase, deep features in one; largest effect first."""
    found: list[Contribution] = []
    for player, points in zip(layout.players(), attribution.players, strict=True):
        tokens = [layout.tokens[index] for index in player]
        columns = np.concatenate([attribution.columns[layout.spans()[index]] for index in player])
        if tokens[0].modality == CLINICAL:
            found += _clinical_contributions(layout, inputs, columns)
        else:
            found.append(_image_contribution(tokens, float(points), columns))
    return tuple(sorted(found, key=lambda contribution: -abs(contribution.points)))


def _clinical_contributions(layout: Layout, inputs: ScoreInputs, columns: np.ndarray) -> list[Contribution]:
    return [
        Contribution(
            name=item.oid,
            group=CLINICAL,
            phase=None,
            label={"zh": item.zh, "en": item.en},
            points=float(points),
            value=inputs.clinical.get(item.oid),
            unit=item.unit,
        )
        for item, points in zip(layout.items, columns, strict=True)
    ]


def _image_contribution(tokens: list[Token], points: float, columns: np.ndarray) -> Contribution:
    names = [f"{token.phase}/{feature}" for token in tokens for feature in token.features]
    parts = sorted(zip(names, map(float, columns), strict=True), key=lambda part: -abs(part[1]))
    first = tokens[0]
    if first.modality != RADIOMICS:
        return Contribution(DEEP, DEEP, None, _DEEP_LABEL, points, parts=tuple(parts))
    phase = PHASE_LABELS[first.phase or ""]
    label = {"zh": f"{phase['zh']}影像组学", "en": f"{phase['en']} radiomics"}
    return Contribution(first.name, RADIOMICS, first.phase, label, points, parts=tuple(parts))


_DEEP_LABEL = {"zh": "Transformer 深度特征", "en": "Deep features"}
