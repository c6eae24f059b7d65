"""Exact confidence limits of a proportion. Pure."""

from functools import lru_cache


@lru_cache(maxsize=4096)
def clopper_pearson(events: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact (Clopper–Pearson) two-sided limits of events/trials; (0, 1) without a trial.

    The lower limit is the alpha/2 quantile of Beta(x, n - x + 1), the upper the 1 - alpha/2 quantile of
    Beta(x + 1, n - x) (Clopper and Pearson, Biometrika 1934). Raise ValueError unless 0 <= events <= trials.
    """
    # Loading scipy takes a quarter of a second, which only a page of rates should pay.
    from scipy.special import betaincinv

    if not 0 <= events <= trials:
        raise ValueError(f"{events} of {trials}")
    tail = (1 - confidence) / 2
    low = float(betaincinv(events, trials - events + 1, tail)) if events else 0.0
    high = float(betaincinv(events + 1, trials - events, 1 - tail)) if events < trials else 1.0
    return low, high
