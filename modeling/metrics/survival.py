"""Survival: Kaplan-Meier, log-rank, concordance and restricted mean, on lifelines where it agrees with R."""

from dataclasses import dataclass

import numpy as np
from lifelines import KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
from lifelines.utils import concordance_index, median_survival_times
from numpy.typing import ArrayLike
from scipy import stats


@dataclass(frozen=True)
class SurvivalCurve:
    """Kaplan-Meier steps with log-log limits; `median` is None where the curve stays above one half."""

    time: list[float]
    survival: list[float]
    low: list[float]
    high: list[float]
    at_risk: dict[float, int]
    median: float | None
    median_low: float | None
    median_high: float | None
    cases: int
    events: int


@dataclass(frozen=True)
class LogRank:
    """Log-rank chi-square over two or more groups."""

    chi_square: float
    degrees_of_freedom: int
    p_value: float


@dataclass(frozen=True)
class RestrictedMean:
    """Mean survival up to `horizon` with its Greenwood standard error."""

    mean: float
    standard_error: float
    horizon: float


def kaplan_meier(
    durations: ArrayLike, events: ArrayLike, *, risk_times: tuple[float, ...] = (), level: float = 0.95
) -> SurvivalCurve:
    """Return the curve from time 0 and the number at risk just before each of `risk_times`."""
    time, observed = np.asarray(durations, dtype=float), np.asarray(events, dtype=bool)
    fitter = KaplanMeierFitter(alpha=1 - level).fit(time, observed)
    limits = fitter.confidence_interval_survival_function_
    # Where the curve reaches 0 the log-log limits are undefined; R prints the curve itself.
    limits = limits.apply(lambda column: column.fillna(fitter.survival_function_.iloc[:, 0]))
    median_limits = median_survival_times(limits).to_numpy().ravel()
    return SurvivalCurve(
        time=[float(t) for t in fitter.survival_function_.index],
        survival=[float(s) for s in fitter.survival_function_.iloc[:, 0]],
        low=[float(v) for v in limits.iloc[:, 0]],
        high=[float(v) for v in limits.iloc[:, 1]],
        at_risk={t: int((time >= t).sum()) for t in risk_times},
        median=_finite(fitter.median_survival_time_),
        median_low=_finite(median_limits[0]),
        median_high=_finite(median_limits[1]),
        cases=int(time.size),
        events=int(observed.sum()),
    )


def log_rank(durations: ArrayLike, groups: ArrayLike, events: ArrayLike) -> LogRank:
    """Return the unweighted log-rank test of equal survival in all groups."""
    result = multivariate_logrank_test(durations, groups, events)
    return LogRank(float(result.test_statistic), len(np.unique(groups)) - 1, float(result.p_value))


def harrell_c(durations: ArrayLike, events: ArrayLike, risk: ArrayLike) -> float:
    """Return the share of usable pairs where the higher risk fails first; ties in risk count one half."""
    return float(concordance_index(durations, -np.asarray(risk, dtype=float), events))


def restricted_mean(durations: ArrayLike, events: ArrayLike, *, horizon: float) -> RestrictedMean:
    """Return the area under the Kaplan-Meier curve to `horizon`, with Greenwood's variance as survRM2 has it.

    Raises ValueError where follow-up ends before the horizon.
    """
    time, observed = np.asarray(durations, dtype=float), np.asarray(events, dtype=bool)
    if horizon <= 0 or time.max() < horizon:
        raise ValueError("the horizon must be positive and within follow-up")
    steps = np.unique(time[observed & (time <= horizon)])
    at_risk = np.array([(time >= t).sum() for t in steps], dtype=float)
    deaths = np.array([(time[observed] == t).sum() for t in steps], dtype=float)
    survival = np.concatenate([[1.0], np.cumprod(1 - deaths / at_risk)])
    area = survival * np.diff(np.concatenate([[0.0], steps, [horizon]]))
    beyond = np.cumsum(area[::-1])[::-1][1:]
    usable = at_risk > deaths
    variance = np.sum(beyond[usable] ** 2 * deaths[usable] / (at_risk * (at_risk - deaths))[usable])
    return RestrictedMean(float(area.sum()), float(np.sqrt(variance)), horizon)


def restricted_mean_difference(
    first: RestrictedMean, second: RestrictedMean, *, level: float = 0.95
) -> tuple[float, float, float, float]:
    """Return difference first − second, its limits and the two-sided p value."""
    difference = first.mean - second.mean
    error = float(np.hypot(first.standard_error, second.standard_error))
    half = float(stats.norm.ppf(0.5 + level / 2)) * error
    return difference, difference - half, difference + half, float(2 * stats.norm.sf(abs(difference) / error))


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
