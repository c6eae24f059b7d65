"""Train the demonstration model on the synthetic cohort."""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as F

from modeling.engines.deep import FEATURES, LesionEncoder, lesion_crop, pretrain
from modeling.engines.device import one_thread, pick_device, provenance, seed_everything
from modeling.engines.fusion.bundle import DEMO_NOTICE, read_bundle, write_bundle
from modeling.engines.fusion.inputs import (
    FUSION_RADIOMICS,
    Contract,
    PhaseImage,
    encode,
    inputs_from_images,
)
from modeling.engines.fusion.layout import CLINICAL, DEEP, Layout, demo_layout
from modeling.engines.fusion.network import Ensemble
from modeling.engines.fusion.strata import band_strata, evaluation
from modeling.synthetic import PHASES, SyntheticCase

CODE_VERSION = "tandem-fusion 1.0"
FOLDS, REPEATS = 3, 5
EPOCHS = 60
MODALITY_DROPOUT = 0.15
HORIZON_MONTHS = 12
MAX_SLICE_MM = 5.0
# A case may be this much farther out than the farthest training case.
DISTANCE_MARGIN = 1.25


@dataclass(frozen=True)
class TrainedModel:
    """The bundle as stored and its manifest."""

    bundle: bytes = field(repr=False)
    manifest: dict = field(repr=False)
    seconds: float


@dataclass(frozen=True)
class Table:
    """Training matrix: standardised columns, presence, outcome; `mean` and `sd` undo the scaling."""

    x: NDArray[np.float32]
    present: NDArray[np.bool_]
    event: NDArray[np.float32]
    mean: NDArray[np.float64]
    sd: NDArray[np.float64]


def train_demo(
    cohort: Sequence[SyntheticCase], seed: int, *, device: torch.device | None = None
) -> TrainedModel:
    """Return a bundle that predicts progression within twelve months of synthetic patients.

    Scaling, weights, bands and distance limit come from this cohort alone; bands and metrics use out-of-fold
    scores. On one device the same cohort and seed give the same bundle. Raises ValueError where one outcome
    class has fewer than five cases.
    """
    started = time.perf_counter()
    device = device or pick_device()
    _require_both_outcomes(cohort)
    layout = demo_layout(FEATURES)
    with one_thread():
        encoder, losses = _pretrain_encoder(cohort, seed, device)
        table = _training_table(cohort, layout, encoder, device)
        ensemble, held_out = _train_ensemble(layout, table, seed, device)
    manifest = {
        **_identity(cohort, seed, device),
        **_learnt(layout, table),
        **_evaluated(cohort, table, held_out),
        "pretraining_loss": [round(loss, 5) for loss in losses],
    }
    tensors = {f"encoder.{name}": t for name, t in encoder.state_dict().items()}
    tensors |= {f"fusion.{name}": t for name, t in ensemble.state_dict().items()}
    tensors |= {"cohort.x": torch.from_numpy(table.x), "cohort.present": torch.from_numpy(table.present)}
    bundle = write_bundle(manifest, tensors)
    return TrainedModel(bundle, read_bundle(bundle).manifest, time.perf_counter() - started)


def cohort_sha256(cohort: Sequence[SyntheticCase]) -> str:
    """Return a digest of every voxel, mask, clinical value and outcome, in order."""
    digest = hashlib.sha256()
    for case in cohort:
        record = {"seed": case.seed, "clinical": case.clinical, "outcome": asdict(case.outcome)}
        digest.update(json.dumps(record, sort_keys=True).encode())
        digest.update(np.packbits(case.lesion).tobytes())
        for phase in PHASES:
            digest.update(np.ascontiguousarray(case.phases[phase].volume).tobytes())
    return digest.hexdigest()


def _require_both_outcomes(cohort: Sequence[SyntheticCase]) -> None:
    events = sum(case.outcome.progressed_by_horizon for case in cohort)
    if min(events, len(cohort) - events) < 5:
        raise ValueError(
            f"{events} events among {len(cohort)} cases; at least five of each outcome are needed"
        )


def _pretrain_encoder(
    cohort: Sequence[SyntheticCase], seed: int, device: torch.device
) -> tuple[LesionEncoder, list[float]]:
    crops = [
        lesion_crop(image.volume, case.lesion, image.spacing)
        for case in cohort
        for image in case.phases.values()
    ]
    return pretrain(crops, seed=seed, device=device)


def _training_table(
    cohort: Sequence[SyntheticCase], layout: Layout, encoder: LesionEncoder, device: torch.device
) -> Table:
    rows, present = [], []
    for case in cohort:
        images = {p: PhaseImage(v.volume, case.lesion, v.spacing) for p, v in case.phases.items()}
        inputs = inputs_from_images(case.clinical, images, encoder=encoder, device=device)
        columns, complete = encode(layout, inputs)
        rows.append(columns)
        present.append(complete)
    raw = np.stack(rows)
    mean, sd = np.nanmean(raw, 0), np.nanstd(raw, 0)
    sd = np.where(sd > 1e-9, sd, 1.0)
    event = np.array([case.outcome.progressed_by_horizon for case in cohort], np.float32)
    return Table(standardise(raw, mean, sd), np.stack(present), event, mean, sd)


def standardise(
    raw: NDArray[np.float64], mean: NDArray[np.float64], sd: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return z-scores cut at ±5; missing columns become 0 and are masked by their token's absence."""
    return np.nan_to_num(np.clip((raw - mean) / sd, -5, 5)).astype(np.float32)


def distance(raw: NDArray[np.float64], layout: Layout, table: dict[str, Sequence[float]]) -> float:
    """Return the root mean square z-score over clinical and radiomics columns, uncut; 1 is typical."""
    wanted = np.concatenate([np.full(len(token.features), token.modality != DEEP) for token in layout.tokens])
    z = (raw - np.asarray(table["mean"])) / np.asarray(table["sd"])
    return float(np.sqrt(np.nanmean(z[wanted] ** 2)))


def _train_ensemble(
    layout: Layout, table: Table, seed: int, device: torch.device
) -> tuple[Ensemble, NDArray[np.float64]]:
    """Train each member without one fold of repeated stratified folds.

    Returns the ensemble and, for every case, the mean probability of the members that never saw it.
    """
    seed_everything(seed)
    ensemble = Ensemble(layout.widths, FOLDS * REPEATS).to(device)
    draw = np.random.default_rng([seed, 1])
    x = torch.from_numpy(table.x).to(device)
    present = torch.from_numpy(table.present).to(device)
    event = torch.from_numpy(table.event).to(device)
    folds = [fold for _ in range(REPEATS) for fold in _stratified_folds(table.event, draw)]
    total = np.zeros(len(x))
    for member, outside in zip(ensemble.members, folds, strict=True):
        rows = np.setdiff1d(np.arange(len(x)), outside)
        _train_member(member, x[rows], present[rows], event[rows])
        with torch.inference_mode():
            total[outside] += torch.sigmoid(member(x[outside], present[outside])).cpu().numpy()
    return ensemble.eval(), total / REPEATS


def _stratified_folds(event: NDArray[np.float32], draw: np.random.Generator) -> list[NDArray[np.intp]]:
    """Deal events and non-events out in turn, so that the folds hold each case once and alike outcomes."""
    shuffled = draw.permutation(len(event))
    order = shuffled[np.argsort(event[shuffled], kind="stable")]
    return [np.sort(order[start::FOLDS]) for start in range(FOLDS)]


def _train_member(member: nn.Module, x: torch.Tensor, present: torch.Tensor, event: torch.Tensor) -> None:
    optimiser = torch.optim.AdamW(member.parameters(), lr=2e-3, weight_decay=0.3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, EPOCHS)
    member.train()
    for _ in range(EPOCHS):
        kept = present & (torch.rand(present.shape).to(present.device) >= MODALITY_DROPOUT)
        noisy = x + 0.6 * torch.randn(x.shape).to(x.device)
        loss = F.binary_cross_entropy_with_logits(member(noisy, kept), 0.05 + 0.9 * event)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(member.parameters(), 1.0)
        optimiser.step()
        schedule.step()
    member.eval()


def _identity(cohort: Sequence[SyntheticCase], seed: int, device: torch.device) -> dict[str, object]:
    return {
        "name": "TA-Fusion",
        "title": {"zh": "T+A 进展风险评分", "en": "T+A progression risk score"},
        "notice": DEMO_NOTICE,
        "synthetic": True,
        "target": {
            "zh": f"{HORIZON_MONTHS} 个月内进展（{DEMO_NOTICE['zh']}）",
            "en": f"Progression within {HORIZON_MONTHS} months ({DEMO_NOTICE['en']})",
        },
        "horizon_months": HORIZON_MONTHS,
        "code_version": CODE_VERSION,
        "seed": seed,
        "training_cohort": {
            "sha256": cohort_sha256(cohort),
            "cases": len(cohort),
            "seeds": [case.seed for case in cohort],
            "origin": DEMO_NOTICE,
        },
        "trained_with": provenance(device).as_dict(),
    }


def _learnt(layout: Layout, table: Table) -> dict[str, object]:
    scaling = {"mean": table.mean.tolist(), "sd": table.sd.tolist()}
    raw = table.x.astype(float) * table.sd + table.mean
    farthest = max(distance(row, layout, scaling) for row in raw)
    contract = Contract(
        phases=PHASES,
        max_slice_thickness=MAX_SLICE_MM,
        clinical=next(token.features for token in layout.tokens if token.modality == CLINICAL),
        distance_limit=round(DISTANCE_MARGIN * farthest, 2),
    )
    return {
        "layout": layout.as_dict(),
        "scaling": scaling,
        "contract": contract.as_dict(),
        "members": FOLDS * REPEATS,
        "radiomics": FUSION_RADIOMICS.as_dict(),
    }


def _evaluated(
    cohort: Sequence[SyntheticCase], table: Table, held_out: NDArray[np.float64]
) -> dict[str, object]:
    scores = 100 * held_out
    low, high = (round(float(cut), 1) for cut in np.quantile(scores, [1 / 3, 2 / 3]))
    months = np.array([case.outcome.pfs_months for case in cohort])
    progressed = np.array([case.outcome.event for case in cohort])
    return {
        "bands": {"low_below": low, "high_from": high, "rule": "tertiles of out-of-fold training scores"},
        "metrics": evaluation(table.event, held_out, months, progressed),
        "strata": band_strata(scores, (low, high), months, progressed),
    }
