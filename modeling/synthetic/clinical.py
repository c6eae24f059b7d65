"""Clinical values and progression outcome of a synthetic patient, from one latent risk.

Keys are the study library's item OIDs, values are canonical (decimal strings, integers or codes).
"""

from dataclasses import dataclass

import numpy as np

FOLLOW_UP_MONTHS = 24.0
HORIZON_MONTHS = 12.0
TUMOUR_DIAMETER = "IT.LVB.TUMMAX"


@dataclass(frozen=True)
class Latent:
    """Hidden standard-normal traits that image and laboratory values share."""

    burden: float
    heterogeneity: float
    biology: float


@dataclass(frozen=True)
class Outcome:
    """Progression-free survival; `event` is False where follow-up ended first."""

    pfs_months: float
    event: bool

    @property
    def progressed_by_horizon(self) -> bool:
        """Progression seen within twelve months (nobody is censored before that)."""
        return self.event and self.pfs_months <= HORIZON_MONTHS


def draw_latent(rng: np.random.Generator) -> Latent:
    """Return three traits, mildly correlated as tumour size and necrosis are."""
    burden, own, biology = rng.standard_normal(3)
    return Latent(
        burden=float(burden), heterogeneity=float(0.4 * burden + 0.92 * own), biology=float(biology)
    )


def draw_clinical(latent: Latent, rng: np.random.Generator, *, diameter_mm: float) -> dict[str, str | int]:
    """Return twelve baseline items; `diameter_mm` is the longest axis painted into the image."""
    noise = rng.standard_normal(8)
    drive = 0.6 * latent.biology + 0.4 * latent.burden
    invasion = 0.9 * drive + 0.7 * noise[0]
    return {
        "IT.DM.AGE": int(np.clip(round(57 + 10 * noise[1]), 22, 82)),
        "IT.LBT.AFP": _decimal(10 ** np.clip(2.1 + 0.9 * drive + 0.6 * noise[2], 0.2, 5.0), 1),
        "IT.LBT.PIVKA": _decimal(10 ** np.clip(2.4 + 0.6 * latent.burden + 0.5 * noise[3], 1.1, 4.8), 0),
        "IT.LBT.CRP": _decimal(np.clip(8 * np.exp(0.5 * drive + 0.5 * noise[4]), 0.5, 180), 1),
        "IT.LBC.ALB": _decimal(np.clip(39 - 2.2 * latent.burden + 3 * noise[5], 25, 50), 1),
        "IT.LBC.BILI": _decimal(np.clip(16 * np.exp(0.2 * latent.burden + 0.35 * noise[6]), 4, 90), 1),
        "IT.LBH.PLAT": _decimal(np.clip(165 + 55 * noise[7], 45, 420), 0),
        "IT.PSL.ECOG": str(int(latent.biology + noise[1] > 0.6)),
        "IT.LVB.PVTT": str(int(np.digitize(invasion, [0.3, 0.7, 1.1, 1.9]))),
        "IT.LVB.EHS": "Y" if drive + 0.8 * noise[6] > 0.9 else "N",
        "IT.LVB.TUMN": "1" if latent.burden < 0.3 else "2",
        TUMOUR_DIAMETER: _decimal(diameter_mm / 10, 1),
    }


def draw_outcome(latent: Latent, clinical: dict[str, str | int], rng: np.random.Generator) -> Outcome:
    """Return a Weibull time (shape 2.2) whose scale falls with risk; censoring after twelve months only."""
    risk = 0.75 * latent.heterogeneity + 0.45 * latent.biology + 0.35 * latent.burden
    risk += 0.22 * int(clinical["IT.LVB.PVTT"]) + 0.4 * (clinical["IT.LVB.EHS"] == "Y") - 0.35
    progression = 14.0 * np.exp(-1.1 * risk) * rng.weibull(2.2)
    censored = rng.uniform(HORIZON_MONTHS + 0.5, FOLLOW_UP_MONTHS)
    months = max(0.5, min(progression, censored))
    return Outcome(pfs_months=round(float(months), 1), event=bool(progression <= censored))


def _decimal(value: float, places: int) -> str:
    return f"{value:.{places}f}"
