"""Whether predicted probabilities agree with observed frequencies."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

_EDGE = 1e-12


@dataclass(frozen=True)
class LogisticCalibration:
    """Logistic recalibration: perfect is intercept 0 and slope 1; `in_the_large` fixes the slope at 1."""

    intercept: float
    slope: float
    in_the_large: float


@dataclass(frozen=True)
class HosmerLemeshow:
    """Grouped goodness of fit; weak in small and over-sensitive in large samples."""

    chi_square: float
    degrees_of_freedom: int
    p_value: float
    groups: int


@dataclass(frozen=True)
class CalibrationPoint:
    """One risk group of a calibration plot."""

    mean_predicted: float
    observed: float
    cases: int


def brier_score(events: ArrayLike, probabilities: ArrayLike) -> float:
    """Return the mean squared error of the probabilities."""
    outcome, p = _checked(events, probabilities)
    return float(np.mean((p - outcome) ** 2))


def logistic_calibration(events: ArrayLike, probabilities: ArrayLike) -> LogisticCalibration:
    """Return intercept and slope of the outcome on logit(p) by maximum likelihood (Cox 1958).

    Raises ValueError where the classes are perfectly separated, because no finite fit exists.
    """
    outcome, p = _checked(events, probabilities)
    clipped = np.clip(p, _EDGE, 1 - _EDGE)
    logit = np.log(clipped / (1 - clipped))
    one = np.ones_like(logit)
    intercept, slope = _fit_logistic(np.column_stack([one, logit]), outcome, np.zeros_like(logit))
    (shift,) = _fit_logistic(one[:, None], outcome, logit)
    return LogisticCalibration(float(intercept), float(slope), float(shift))


def hosmer_lemeshow(
    events: ArrayLike, probabilities: ArrayLike, *, groups: int = 10, external: bool = False
) -> HosmerLemeshow:
    """Return the test over quantile groups (R type 7, right-closed, lowest included; equal breaks merge).

    Degrees of freedom are groups − 2 for the development data and groups for external data.
    """
    outcome, p = _checked(events, probabilities)
    members = _risk_groups(p, groups)
    used = len(members)
    freedom = used if external else used - 2
    if freedom < 1:
        raise ValueError("too few distinct probabilities to form risk groups")
    chi_square = 0.0
    for rows in members:
        observed, expected, n = outcome[rows].sum(), p[rows].sum(), rows.size
        chi_square += (observed - expected) ** 2 * (1 / expected + 1 / (n - expected))
    return HosmerLemeshow(float(chi_square), freedom, float(stats.chi2.sf(chi_square, freedom)), used)


def calibration_curve(
    events: ArrayLike, probabilities: ArrayLike, *, groups: int = 10
) -> list[CalibrationPoint]:
    """Return mean prediction and observed frequency of each quantile group, lowest risk first."""
    outcome, p = _checked(events, probabilities)
    return [
        CalibrationPoint(float(p[rows].mean()), float(outcome[rows].mean()), int(rows.size))
        for rows in _risk_groups(p, groups)
    ]


def _checked(events: ArrayLike, probabilities: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    outcome, p = np.asarray(events, dtype=float), np.asarray(probabilities, dtype=float)
    if outcome.shape != p.shape or outcome.ndim != 1 or not outcome.size:
        raise ValueError("events and probabilities must be one-dimensional and of equal length")
    if not np.isin(outcome, (0, 1)).all() or not ((p >= 0) & (p <= 1)).all():
        raise ValueError("events must be 0 or 1 and probabilities within 0 and 1")
    return outcome, p


def _risk_groups(p: NDArray[np.float64], groups: int) -> list[NDArray[np.intp]]:
    breaks = np.unique(np.quantile(p, np.linspace(0, 1, groups + 1)))
    if breaks.size < 2:
        return [np.arange(p.size)]
    index = np.clip(np.searchsorted(breaks, p, side="left") - 1, 0, breaks.size - 2)
    return [rows for g in range(breaks.size - 1) if (rows := np.flatnonzero(index == g)).size]


def _fit_logistic(
    design: NDArray[np.float64], outcome: NDArray[np.float64], offset: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Newton-Raphson with step halving on the log-likelihood."""
    beta = np.zeros(design.shape[1])
    for _ in range(60):
        fitted = 1 / (1 + np.exp(-np.clip(design @ beta + offset, -500, 500)))
        weight = fitted * (1 - fitted)
        information = design.T @ (design * weight[:, None])
        if np.linalg.cond(information) > 1e14:
            break
        step = np.linalg.solve(information, design.T @ (outcome - fitted))
        beta = beta + step / max(1.0, float(np.abs(step).max()) / 5)
        if np.abs(step).max() < 1e-10:
            return beta
    raise ValueError("the probabilities separate the outcome perfectly; calibration has no finite fit")
