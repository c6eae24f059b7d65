"""Bands of the score, the training cohort's survival in each, and its out-of-fold performance."""

from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from modeling.metrics.calibration import brier_score, hosmer_lemeshow, logistic_calibration
from modeling.metrics.discrimination import auc
from modeling.metrics.survival import harrell_c, kaplan_meier, log_rank

BANDS = ("low", "mid", "high")
BAND_LABELS = {
    "low": {"zh": "低风险", "en": "Low risk"},
    "mid": {"zh": "中风险", "en": "Intermediate risk"},
    "high": {"zh": "高风险", "en": "High risk"},
}
RISK_TIMES = (0.0, 6.0, 12.0, 18.0, 24.0)


def band_of(score: float, cuts: tuple[float, float]) -> str:
    """Return the band: low below the first cut, high from the second on."""
    return BANDS[int(score >= cuts[0]) + int(score >= cuts[1])]


def band_strata(
    scores: NDArray[np.float64],
    cuts: tuple[float, float],
    months: NDArray[np.float64],
    progressed: NDArray[np.bool_],
) -> dict[str, object]:
    """Return the Kaplan-Meier curve of each band and the log-rank test between them, as JSON values."""
    bands = np.array([band_of(score, cuts) for score in scores])
    curves = {}
    for band in BANDS:
        rows = bands == band
        curve = asdict(kaplan_meier(months[rows], progressed[rows], risk_times=RISK_TIMES))
        curve["at_risk"] = [[time, count] for time, count in curve["at_risk"].items()]
        curves[band] = {"label": BAND_LABELS[band], **curve}
    return {"bands": curves, "log_rank": asdict(log_rank(months, bands, progressed)), "unit": "months"}


def evaluation(
    event: NDArray,
    probability: NDArray[np.float64],
    months: NDArray[np.float64],
    progressed: NDArray[np.bool_],
) -> dict[str, object]:
    """Return discrimination, calibration and concordance of out-of-fold probabilities, as JSON values."""
    return {
        "how": {"zh": "合成训练队列，折外", "en": "out-of-fold on the synthetic training cohort"},
        "auc": asdict(auc(event, probability)),
        "brier": brier_score(event, probability),
        "calibration": asdict(logistic_calibration(event, probability)),
        "hosmer_lemeshow": asdict(hosmer_lemeshow(event, probability, groups=5)),
        "c_index": harrell_c(months, progressed, probability),
    }
