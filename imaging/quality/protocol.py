"""Does what was acquired conform to the study's imaging protocol?

The protocol is a mapping with the fields of a design's imaging protocol, so that this package knows no study:
modality, phases, sequences, min_sequences, slice_thickness_max_mm (or a mapping of mm by sequence, phase, T1
or T2), field_strength_min_t, field_strength_exact_t, window {from_day, to_day} counted from an anchor date.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from imaging.quality.facts import SeriesFacts, SliceFacts
from imaging.quality.geometry import EXPLANATIONS, SeriesGeometry, judge_series
from imaging.quality.phases import DYNAMIC, recognise_phase, recognise_sequence

THICKNESS_TOLERANCE_MM = 0.01
FIELD_TOLERANCE_T = 0.1
T1_CODES = frozenset({"T1IO", "T1FS", "DCEAP", "DCEPVP", "DCEDP", "HBP"})
T2_CODES = frozenset({"T2FS", "T2HASTE"})
# A late arterial phase is an arterial phase, a transitional one fulfils the delayed.
FULFILS = {"LAP": "AP", "TP": "DP"}

Text = dict[str, str]


@dataclass(frozen=True)
class SeriesSummary:
    """What conformance is judged from; `phase` and `sequence` are codes that a person may have corrected."""

    series_instance_uid: str
    modality: str
    phase: str | None = None
    sequence: str | None = None
    slice_thickness_mm: float | None = None
    field_strength_t: float | None = None
    geometry: SeriesGeometry | None = None
    description: str = ""


@dataclass(frozen=True)
class Deviation:
    """One departure from the protocol: a stable code, the series (empty for the whole set), a message."""

    code: str
    message: Text
    series_instance_uid: str = ""


def summarise(facts: SeriesFacts, slices: Sequence[SliceFacts]) -> SeriesSummary:
    """Return the summary of one series with the recognised phase and sequence."""
    geometry = judge_series(slices)
    sequence = recognise_sequence(facts).code
    dynamic = facts.modality != "MR" or sequence in DYNAMIC.values()
    return SeriesSummary(
        series_instance_uid=facts.series_instance_uid,
        modality=facts.modality,
        phase=recognise_phase(facts).code if dynamic else None,
        sequence=sequence,
        slice_thickness_mm=max(geometry.thickness, default=facts.slice_thickness_mm),
        field_strength_t=facts.field_strength_t,
        geometry=geometry,
        description=facts.description,
    )


def judge_protocol(
    protocol: Mapping[str, Any],
    series: Sequence[SeriesSummary],
    *,
    acquired_on: date | None = None,
    anchor: date | None = None,
) -> list[Deviation]:
    """Return every departure of the series of one visit from the protocol, most general first.

    Only series of the protocol's modality count. Where the anchor or the acquisition date is unknown the
    window is not judged. A limit that the header is silent about is a deviation, not a pass.
    """
    fitting = [item for item in series if item.modality == protocol["modality"]]
    if not fitting:
        return [_no_modality(protocol["modality"])]
    return [
        *_window(protocol, acquired_on, anchor),
        *_phases(protocol, fitting),
        *_sequences(protocol, fitting),
        *(deviation for item in fitting for deviation in _of_series(protocol, item)),
    ]


def _of_series(protocol: Mapping[str, Any], item: SeriesSummary) -> list[Deviation]:
    # Scouts, dose reports and whatever else comes with a study are bound by no limit of the protocol.
    if not _wanted(protocol, item):
        return []
    return [*_geometry(item), *_thickness(protocol, item), *_field_strength(protocol, item)]


def _wanted(protocol: Mapping[str, Any], item: SeriesSummary) -> bool:
    phases, sequences = set(protocol.get("phases") or ()), set(protocol.get("sequences") or ())
    if not phases and not sequences:
        return True
    return bool(_phases_of(item) & phases) or item.sequence in sequences


def _window(protocol: Mapping[str, Any], acquired_on: date | None, anchor: date | None) -> list[Deviation]:
    window = protocol.get("window")
    if not window or acquired_on is None or anchor is None:
        return []
    day, first, last = (acquired_on - anchor).days, window["from_day"], window["to_day"]
    if first <= day <= last:
        return []
    zh = f"检查日期为基准日第{day}天，方案要求第{first}至{last}天"
    return [
        _deviation(
            "OUTSIDE_WINDOW", zh, f"Acquired on day {day}; the protocol asks for day {first} to {last}"
        )
    ]


def _phases(protocol: Mapping[str, Any], series: Sequence[SeriesSummary]) -> list[Deviation]:
    present = {code for item in series for code in _phases_of(item)}
    missing = [code for code in protocol.get("phases") or () if code not in present]
    if not missing:
        return []
    names = ", ".join(missing)
    zh, en = (
        f"缺少期相：{names}；上传或核对序列期相",
        f"Missing phases: {names}. Upload them or correct the phase of a series",
    )
    return [_deviation("MISSING_PHASE", zh, en)]


def _phases_of(item: SeriesSummary) -> set[str]:
    return {item.phase, FULFILS.get(item.phase, item.phase)} if item.phase else set()


def _sequences(protocol: Mapping[str, Any], series: Sequence[SeriesSummary]) -> list[Deviation]:
    present = {item.sequence for item in series if item.sequence}
    missing = [code for code in protocol.get("sequences") or () if code not in present]
    least = protocol.get("min_sequences") or 0
    found = []
    if missing and not least:
        names = ", ".join(missing)
        found.append(
            _deviation(
                "MISSING_SEQUENCE", f"缺少序列：{names}；补传", f"Missing sequences: {names}. Upload them"
            )
        )
    wanted = set(protocol.get("sequences") or present)
    if len(present & wanted) < least:
        zh = f"仅有{len(present & wanted)}种序列，方案至少要求{least}种"
        en = f"{len(present & wanted)} sequences found; the protocol asks for {least} or more"
        found.append(_deviation("TOO_FEW_SEQUENCES", zh, en))
    return found


def _geometry(item: SeriesSummary) -> list[Deviation]:
    faults = item.geometry.faults if item.geometry else ()
    return [
        Deviation(f"GEOMETRY_{code}", _of(item, EXPLANATIONS[code]), item.series_instance_uid)
        for code in faults
    ]


def _thickness(protocol: Mapping[str, Any], item: SeriesSummary) -> list[Deviation]:
    limit = _limit(protocol.get("slice_thickness_max_mm"), item)
    if limit is None:
        return []
    if item.slice_thickness_mm is None:
        text = {
            "zh": "未记录层厚，在表单中填写",
            "en": "The slice thickness is not recorded: enter it in the form",
        }
        return [Deviation("THICKNESS_UNKNOWN", _of(item, text), item.series_instance_uid)]
    if item.slice_thickness_mm <= limit + THICKNESS_TOLERANCE_MM:
        return []
    shown = f"{item.slice_thickness_mm:g} mm"
    text = {
        "zh": f"层厚{shown}，方案要求不超过{limit:g} mm",
        "en": f"Slice thickness {shown}; the protocol allows {limit:g} mm",
    }
    return [Deviation("THICKNESS_ABOVE_LIMIT", _of(item, text), item.series_instance_uid)]


def _limit(limit: float | Mapping[str, float] | None, item: SeriesSummary) -> float | None:
    if limit is None or isinstance(limit, int | float):
        return limit
    family = "T1" if item.sequence in T1_CODES else "T2" if item.sequence in T2_CODES else ""
    keys = (item.sequence, item.phase, family, item.modality)
    return next((limit[key] for key in keys if key and key in limit), None)


def _field_strength(protocol: Mapping[str, Any], item: SeriesSummary) -> list[Deviation]:
    least, exact = protocol.get("field_strength_min_t"), protocol.get("field_strength_exact_t")
    if item.modality != "MR" or (least is None and exact is None):
        return []
    if item.field_strength_t is None:
        text = {
            "zh": "未记录场强，在表单中填写",
            "en": "The field strength is not recorded: enter it in the form",
        }
        return [Deviation("FIELD_STRENGTH_UNKNOWN", _of(item, text), item.series_instance_uid)]
    shown = f"{item.field_strength_t:g} T"
    if least is not None and item.field_strength_t < least - FIELD_TOLERANCE_T:
        text = {
            "zh": f"场强{shown}，方案要求不低于{least:g} T",
            "en": f"Field strength {shown}; the protocol asks for {least:g} T or more",
        }
        return [Deviation("FIELD_STRENGTH_BELOW_LIMIT", _of(item, text), item.series_instance_uid)]
    if exact is not None and abs(item.field_strength_t - exact) > FIELD_TOLERANCE_T:
        text = {
            "zh": f"场强{shown}，方案要求{exact:g} T",
            "en": f"Field strength {shown}; the protocol asks for {exact:g} T",
        }
        return [Deviation("FIELD_STRENGTH_DIFFERS", _of(item, text), item.series_instance_uid)]
    return []


def _no_modality(modality: str) -> Deviation:
    return _deviation("MISSING_MODALITY", f"没有{modality}序列，补传", f"No {modality} series: upload it")


def _deviation(code: str, zh: str, en: str) -> Deviation:
    return Deviation(code, {"zh": zh, "en": en})


def _of(item: SeriesSummary, text: Text) -> Text:
    if not item.description:
        return text
    return {
        "zh": f"序列“{item.description}”：{text['zh']}",
        "en": f"Series “{item.description}”: {text['en']}",
    }
