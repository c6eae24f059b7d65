"""The data of a score's plots, as frontend/src/charts.js draws them and the print does."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from edc.templatetags.tandem import local
from modeling.models import Score
from modeling.web.wording import (
    BAND_NUMBER,
    BUNDLE_BANDS,
    contribution_label,
    cuts_of,
    horizon_of,
    percent,
    short_band,
    whole,
)

MOST_BARS = 9
Chart = dict[str, Any]
Link = Callable[[dict], str]


def band_chart(score: Score) -> Chart:
    """Return where the score and its interval lie among the bands."""
    low, high = cuts_of(score.model_version)
    ends = (low, high, 100)
    return {
        "score": round(score.value or 0, 1),
        "low": round(score.interval_low or 0),
        "high": round(score.interval_high or 0),
        "min": 0,
        "max": 100,
        "bands": [
            {"name": short_band(band), "to": end}
            for band, end in zip(BUNDLE_BANDS.values(), ends, strict=True)
        ],
    }


def band_words(score: Score) -> str:
    """Return the finding of the band chart in one sentence."""
    return _("Score %(score)s, interval %(low)s to %(high)s; the high band begins at %(cut)s") % {
        "score": whole(score.value), "low": whole(score.interval_low), "high": whole(score.interval_high),
        "cut": f"{cuts_of(score.model_version)[1]:g}",
    }  # fmt: skip


def contribution_chart(score: Score, link: Link) -> Chart:
    """Return the largest contributions, and the rest as one bar; together they lead from mean to score."""
    design = score.subject.design_version.design
    rows = sorted(score.contributions, key=lambda row: -abs(row["points"]))
    items = [
        {"label": contribution_label(design, row), "value": row["points"], "href": link(row)}
        for row in rows[:MOST_BARS]
    ]
    rest = rows[MOST_BARS:]
    if rest:
        label = _("%(count)d other inputs") % {"count": len(rest)}
        items.append({"label": label, "value": sum(row["points"] for row in rest), "href": "#provenance"})
    return {"items": items, "label_head": _("Input"), "value_head": _("Points")}


def survival_chart(score: Score) -> Chart | None:
    """Return the strata's survival with this case marked at the model's horizon; None without strata."""
    strata = score.model_version.manifest.get("strata")
    if not strata:
        return None
    months = horizon_of(score)
    curves = [_curve(strata["bands"][name], band) for name, band in BUNDLE_BANDS.items()]
    ticks = [row[0] for row in strata["bands"]["high"]["at_risk"]]
    current = None
    if score.probability is not None:
        free = 1 - score.probability
        words = _("This case, %(months)d months: %(share)s") % {"months": months, "share": percent(free)}
        current = {"band": BAND_NUMBER[score.band], "time": months, "value": free, "label": words}
    return {
        "time_unit": _("months"),
        "max": ticks[-1],
        "step": ticks[1] - ticks[0],
        "curves": curves,
        "current": current,
    }


def _curve(found: dict, band: str) -> Chart:
    return {
        "name": short_band(band),
        "band": BAND_NUMBER[band],
        "times": found["time"],
        "survival": found["survival"],
        "at_risk": [count for _tick, count in found["at_risk"]],
    }


def survival_words(score: Score) -> str:
    """Return the medians and the log-rank test below the curves."""
    strata = score.model_version.manifest["strata"]
    medians = ", ".join(
        f"{short_band(band)} {_median(strata['bands'][name]['median'])}"
        for name, band in BUNDLE_BANDS.items()
    )
    p_value = strata["log_rank"]["p_value"]
    shown = "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"
    return _("Median, months: %(medians)s. Log-rank %(p)s.") % {"medians": medians, "p": shown}


def _median(value: float | None) -> str:
    return _("not reached") if value is None else f"{value:.1f}"


def cohort_words(score: Score) -> str:
    """Return whom the curves come from."""
    cohort = score.model_version.manifest.get("training_cohort", {})
    kind = _("synthetic cohort") if score.model_version.demonstration else _("training cohort")
    return _("%(kind)s, %(cases)d cases") % {"kind": kind, "cases": cohort.get("cases", 0)}


def target_words(score: Score) -> str:
    return local(score.model_version.manifest.get("target") or {})
