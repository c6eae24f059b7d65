"""How a score, its inputs and their numbers are worded for a page or a print."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from edc.design.study import StudyDesign
from edc.templatetags.tandem import local
from edc.web.unit_words import unit_words
from edc.web.value_text import value_text
from modeling.models import Band, ModelVersion, Score

MOST_LABEL = 8
BAND_NUMBER: dict[str, int] = {Band.LOW: 1, Band.MIDDLE: 2, Band.HIGH: 3}
BAND_CLASS: dict[str, str] = {Band.LOW: "ok", Band.MIDDLE: "warn", Band.HIGH: "bad"}
# The bundle's name of each band, in the order of risk.
BUNDLE_BANDS = {"low": Band.LOW, "mid": Band.MIDDLE, "high": Band.HIGH}


def short_band(band: str) -> str:
    """Return the band as one word, for axes and tables."""
    words = {Band.LOW: _("Low"), Band.MIDDLE: _("Middle"), Band.HIGH: _("High")}
    return words.get(Band(band), band) if band in Band.values else "–"


def phase_words(phase: str) -> str:
    """Return a contrast phase as the page shows it."""
    words = {"PLAIN": _("Plain"), "AP": _("Arterial"), "PVP": _("Portal venous"), "DP": _("Delayed")}
    return words.get(phase, phase or _("Phase not recognised"))


def whole(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def item_words(design: StudyDesign, oid: str, value: object, unit: str = "") -> str:
    """Return a form value in words; as it is where the design has no such item."""
    try:
        item = design.item(oid)
    except KeyError:
        return f"{value} {unit_words(unit)}".strip()
    return value_text(design, item, value, unit or (item.unit if item.is_number else None))


def contribution_label(design: StudyDesign, row: Mapping) -> str:
    """Return what a contribution is called, with the raw value where it is one."""
    name = local(row["label"])
    if row["group"] != "clinical":
        return name
    words = item_words(design, row["name"], row.get("value"), row.get("unit") or "")
    # A code's long label has no room beside a bar; the code itself says enough there.
    return f"{name} {words if row.get('unit') or len(words) <= MOST_LABEL else row['value']}".strip()


def cuts_of(model: ModelVersion) -> tuple[float, float]:
    """Return the scores at which the middle and the high band begin."""
    bands = model.manifest["bands"]
    return float(bands["low_below"]), float(bands["high_from"])


def horizon_of(score: Score) -> int:
    """Return the months for which the score speaks."""
    return int(score.model_version.manifest.get("horizon_months", 12))


def model_title(model: ModelVersion) -> str:
    return local(model.manifest.get("title") or {}) or model.name
