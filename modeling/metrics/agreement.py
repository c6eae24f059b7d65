"""Agreement between readers, methods or repeated measurements."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from edc.rules.proportions import clopper_pearson


@dataclass(frozen=True)
class IntraclassCorrelation:
    """The six forms of Shrout and Fleiss (Psychol Bull 1979;86:420) and the F interval of ICC(2,1)."""

    icc_1_1: float
    icc_2_1: float
    icc_3_1: float
    icc_1_k: float
    icc_2_k: float
    icc_3_k: float
    icc_2_1_low: float
    icc_2_1_high: float


@dataclass(frozen=True)
class BlandAltman:
    """Mean difference first − second and limits of agreement (bias ± multiple · SD)."""

    bias: float
    standard_deviation: float
    low: float
    high: float
    cases: int


def intraclass_correlation(ratings: ArrayLike, *, level: float = 0.95) -> IntraclassCorrelation:
    """Return ICCs of complete ratings, an array (subjects, raters).

    ICC(2,1) is two-way random, absolute agreement, single rater. Raises ValueError for missing values or
    fewer than two subjects or raters.
    """
    x = np.asarray(ratings, dtype=float)
    if x.ndim != 2 or min(x.shape) < 2 or not np.isfinite(x).all():
        raise ValueError("ratings must be a complete table of at least two subjects by two raters")
    n, k = x.shape
    rows, columns, error, within = _mean_squares(x)
    low, high = _icc_2_1_limits((rows, columns, error), (n, k), level)
    return IntraclassCorrelation(
        icc_1_1=(rows - within) / (rows + (k - 1) * within),
        icc_2_1=(rows - error) / (rows + (k - 1) * error + k * (columns - error) / n),
        icc_3_1=(rows - error) / (rows + (k - 1) * error),
        icc_1_k=(rows - within) / rows,
        icc_2_k=(rows - error) / (rows + (columns - error) / n),
        icc_3_k=(rows - error) / rows,
        icc_2_1_low=low,
        icc_2_1_high=high,
    )


def cohen_kappa(table: ArrayLike, *, weights: str | None = None) -> float:
    """Return Cohen's kappa of a square table of counts; `weights` is None, "linear" or "quadratic"."""
    counts = np.asarray(table, dtype=float)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or counts.sum() == 0:
        raise ValueError("kappa needs a square table of counts")
    distance = np.abs(np.subtract.outer(np.arange(len(counts)), np.arange(len(counts)))).astype(float)
    if weights is None:
        disagreement = (distance > 0).astype(float)
    else:
        disagreement = distance ** {"linear": 1, "quadratic": 2}[weights]
    observed = counts / counts.sum()
    expected = np.outer(observed.sum(1), observed.sum(0))
    return float(1 - (disagreement * observed).sum() / (disagreement * expected).sum())


def fleiss_kappa(counts: ArrayLike) -> float:
    """Return Fleiss' kappa of an array (subjects, categories) holding how many raters chose each category."""
    table = np.asarray(counts, dtype=float)
    raters = table.sum(1)
    if not (raters == raters[0]).all() or raters[0] < 2:
        raise ValueError("every subject needs the same number of raters, at least two")
    n = raters[0]
    agreement = ((table**2).sum(1) - n) / (n * (n - 1))
    chance = float(((table.sum(0) / table.sum()) ** 2).sum())
    return float((agreement.mean() - chance) / (1 - chance))


def bland_altman(first: ArrayLike, second: ArrayLike, *, multiple: float = 1.96) -> BlandAltman:
    """Return bias and limits of agreement (Bland and Altman, Lancet 1986;i:307)."""
    difference = np.asarray(first, dtype=float) - np.asarray(second, dtype=float)
    bias, deviation = float(difference.mean()), float(difference.std(ddof=1))
    return BlandAltman(
        bias, deviation, bias - multiple * deviation, bias + multiple * deviation, int(difference.size)
    )


def wilson_interval(successes: int, trials: int, *, level: float = 0.95) -> tuple[float, float]:
    """Return Wilson's score interval of a proportion."""
    z = float(stats.norm.ppf(0.5 + level / 2))
    share = successes / trials
    centre = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = z / (1 + z**2 / trials) * np.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    return float(centre - half), float(centre + half)


def clopper_pearson_interval(successes: int, trials: int, *, level: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a proportion."""
    return clopper_pearson(successes, trials, level)


def _mean_squares(x: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Between subjects, between raters, residual, within subjects."""
    n, k = x.shape
    grand = x.mean()
    between = k * ((x.mean(1) - grand) ** 2).sum()
    raters = n * ((x.mean(0) - grand) ** 2).sum()
    residual = ((x - grand) ** 2).sum() - between - raters
    within = (raters + residual) / (n * (k - 1))
    return between / (n - 1), raters / (k - 1), residual / ((n - 1) * (k - 1)), within


def _icc_2_1_limits(
    squares: tuple[float, float, float], shape: tuple[int, int], level: float
) -> tuple[float, float]:
    """McGraw and Wong's F limits with Satterthwaite degrees of freedom."""
    rows, columns, error = squares
    n, k = shape
    icc = (rows - error) / (rows + (k - 1) * error + k * (columns - error) / n)
    if error <= 0 or icc >= 1:
        return float(icc), float(icc)
    a = k * icc / (n * (1 - icc))
    b = 1 + k * icc * (n - 1) / (n * (1 - icc))
    freedom = (a * columns + b * error) ** 2 / (
        (a * columns) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1))
    )
    tail = 0.5 + level / 2
    upper, lower = stats.f.ppf(tail, n - 1, freedom), stats.f.ppf(tail, freedom, n - 1)
    spread = k * columns + (k * n - k - n) * error
    low = n * (rows - upper * error) / (upper * spread + n * rows)
    high = n * (lower * rows - error) / (spread + n * lower * rows)
    return float(low), float(high)
