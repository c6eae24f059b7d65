"""Decision curve and clinical impact (Vickers and Elkin, Med Decis Making 2006;26:565)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class DecisionPoint:
    """Net benefit at one threshold probability beside treating all; treating none is zero."""

    threshold: float
    model: float
    treat_all: float


@dataclass(frozen=True)
class ImpactPoint:
    """Per 1000 patients: how many the threshold calls high risk, and how many of those have the event."""

    threshold: float
    high_risk: float
    true_positive: float


def net_benefit(events: ArrayLike, probabilities: ArrayLike, *, threshold: float) -> float:
    """Return TP/n − FP/n · t/(1 − t), treating a case when its probability is at least `threshold`."""
    outcome, p = _checked(events, probabilities, threshold)
    called = p >= threshold
    false_positive = (called & ~outcome).mean() * threshold / (1 - threshold)
    return float((called & outcome).mean() - false_positive)


def decision_curve(
    events: ArrayLike, probabilities: ArrayLike, *, thresholds: ArrayLike
) -> list[DecisionPoint]:
    """Return the net benefit of the model and of treating all at each threshold."""
    everyone = np.ones(np.shape(events))
    return [
        DecisionPoint(
            float(t),
            net_benefit(events, probabilities, threshold=float(t)),
            net_benefit(events, everyone, threshold=float(t)),
        )
        for t in np.asarray(thresholds, dtype=float)
    ]


def clinical_impact(
    events: ArrayLike, probabilities: ArrayLike, *, thresholds: ArrayLike
) -> list[ImpactPoint]:
    """Return the clinical impact curve."""
    points = []
    for t in np.asarray(thresholds, dtype=float):
        outcome, p = _checked(events, probabilities, float(t))
        called = p >= t
        points.append(ImpactPoint(float(t), 1000 * called.mean(), 1000 * (called & outcome).mean()))
    return points


def _checked(
    events: ArrayLike, probabilities: ArrayLike, threshold: float
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    outcome, p = np.asarray(events), np.asarray(probabilities, dtype=float)
    if not 0 < threshold < 1:
        raise ValueError("threshold must lie between 0 and 1")
    if outcome.shape != p.shape or not np.isin(outcome, (0, 1)).all():
        raise ValueError("events must be 0 or 1 and of the same length as probabilities")
    return outcome.astype(bool), p
