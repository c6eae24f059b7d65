"""How well a score separates events from non-events.

DeLong's variance follows DeLong, DeLong and Clarke-Pearson, Biometrics 1988;44:837, with mid-ranks after Sun
and Xu, IEEE Signal Processing Letters 2014;21:1389.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats


@dataclass(frozen=True)
class AucEstimate:
    """Empirical AUC with DeLong standard error and a Wald interval cut to [0, 1]."""

    auc: float
    standard_error: float
    low: float
    high: float
    events: int
    non_events: int


@dataclass(frozen=True)
class AucDifference:
    """Paired difference first − second, its interval and two-sided DeLong test."""

    difference: float
    low: float
    high: float
    z: float
    p_value: float


@dataclass(frozen=True)
class RocCurve:
    """Operating points from (0, 0) to (1, 1); a case is positive when score >= threshold."""

    false_positive_rate: list[float]
    true_positive_rate: list[float]
    threshold: list[float]


def auc(events: ArrayLike, scores: ArrayLike, *, level: float = 0.95) -> AucEstimate:
    """Return the AUC of `scores` for binary `events` (1 = event, higher score expected).

    Raises ValueError unless both classes are present and no score is missing.
    """
    outcome, matrix = _checked(events, [scores])
    areas, covariance = _delong(outcome, matrix)
    error = float(np.sqrt(covariance[0, 0]))
    half = stats.norm.ppf(0.5 + level / 2) * error
    low, high = max(0.0, areas[0] - half), min(1.0, areas[0] + half)
    return AucEstimate(
        float(areas[0]), error, float(low), float(high), int(outcome.sum()), int((~outcome).sum())
    )


def compare_auc(
    events: ArrayLike, first: ArrayLike, second: ArrayLike, *, level: float = 0.95
) -> AucDifference:
    """Return the difference in AUC of two scores of the same cases."""
    outcome, matrix = _checked(events, [first, second])
    areas, covariance = _delong(outcome, matrix)
    difference = float(areas[0] - areas[1])
    error = float(np.sqrt(max(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1], 0.0)))
    z = difference / error if error > 0 else 0.0
    half = float(stats.norm.ppf(0.5 + level / 2)) * error
    return AucDifference(
        difference, difference - half, difference + half, z, float(2 * stats.norm.sf(abs(z)))
    )


def roc_curve(events: ArrayLike, scores: ArrayLike) -> RocCurve:
    """Return one point per distinct score, highest threshold first; the first of all is infinite."""
    outcome, (values,) = _checked(events, [scores])
    thresholds = np.unique(values)[::-1]
    called = values[None, :] >= thresholds[:, None]
    true_positive = np.concatenate([[0.0], (called & outcome).sum(1) / outcome.sum()])
    false_positive = np.concatenate([[0.0], (called & ~outcome).sum(1) / (~outcome).sum()])
    return RocCurve(
        false_positive.tolist(), true_positive.tolist(), [float("inf"), *(float(t) for t in thresholds)]
    )


def youden_threshold(events: ArrayLike, scores: ArrayLike) -> float:
    """Return the threshold with the largest sensitivity + specificity; choose it on training data only."""
    curve = roc_curve(events, scores)
    gain = np.subtract(curve.true_positive_rate, curve.false_positive_rate)
    return curve.threshold[int(np.argmax(gain[1:])) + 1]


def _checked(events: ArrayLike, scores: list[ArrayLike]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    outcome = np.asarray(events)
    matrix = np.asarray(scores, dtype=float)
    if outcome.ndim != 1 or matrix.shape[1:] != outcome.shape:
        raise ValueError("events and scores must be one-dimensional and of equal length")
    if not np.isin(outcome, (0, 1)).all() or not np.isfinite(matrix).all():
        raise ValueError("events must be 0 or 1 and scores finite")
    outcome = outcome.astype(bool)
    if outcome.all() or not outcome.any():
        raise ValueError("both events and non-events are needed")
    return outcome, matrix


def _delong(
    outcome: NDArray[np.bool_], matrix: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Areas and their covariance for the rows of `matrix`."""
    positive, negative = matrix[:, outcome], matrix[:, ~outcome]
    m, n = positive.shape[1], negative.shape[1]
    ranks = stats.rankdata(np.hstack([positive, negative]), axis=1)
    within_positive, within_negative = stats.rankdata(positive, axis=1), stats.rankdata(negative, axis=1)
    areas = (ranks[:, :m].sum(1) - m * (m + 1) / 2) / (m * n)
    v10 = (ranks[:, :m] - within_positive) / n
    v01 = 1 - (ranks[:, m:] - within_negative) / m
    return areas, _covariance(v10) / m + _covariance(v01) / n


def _covariance(components: NDArray[np.float64]) -> NDArray[np.float64]:
    if components.shape[1] < 2:
        return np.zeros((components.shape[0],) * 2)
    return np.atleast_2d(np.cov(components))
