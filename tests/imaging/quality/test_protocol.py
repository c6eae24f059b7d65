"""Conformance of a visit's series with the imaging protocols of the five studies."""

from datetime import date

import numpy as np
import pydicom
import pytest

from imaging.quality.facts import series_facts, slice_facts
from imaging.quality.protocol import SeriesSummary, judge_protocol, summarise
from tests.imaging.phantoms import ct_series

FOUR_PHASES = {
    "modality": "CT",
    "phases": ["PLAIN", "AP", "PVP", "DP"],
    "window": {"anchor": "index", "from_day": -14, "to_day": 0},
}
THIN_CT = {"modality": "CT", "slice_thickness_max_mm": 1.0}
MR_3T = {"modality": "MR", "phases": ["AP"], "field_strength_exact_t": 3.0}
MR_LIVER = {
    "modality": "MR",
    "field_strength_min_t": 1.5,
    "slice_thickness_max_mm": {"T1": 5.0, "T2": 8.0},
}
MANY_SEQUENCES = {"modality": "MR", "min_sequences": 2}


def ct(phase, **values):
    return SeriesSummary(f"1.2.{phase}", "CT", phase=phase, **values)


def mr(sequence, **values):
    return SeriesSummary(f"1.2.{sequence}", "MR", sequence=sequence, **values)


def codes(protocol, series, **dates):
    return [deviation.code for deviation in judge_protocol(protocol, series, **dates)]


WHOLE = [ct("PLAIN"), ct("AP"), ct("PVP"), ct("DP")]


@pytest.mark.parametrize(
    ("protocol", "series", "expected"),
    [
        (FOUR_PHASES, WHOLE, []),
        (FOUR_PHASES, [ct("PLAIN"), ct("LAP"), ct("PVP"), ct("TP")], []),
        (FOUR_PHASES, WHOLE[:3], ["MISSING_PHASE"]),
        (FOUR_PHASES, [], ["MISSING_MODALITY"]),
        (FOUR_PHASES, [mr("T1FS")], ["MISSING_MODALITY"]),
        (THIN_CT, [ct("PVP", slice_thickness_mm=1.0)], []),
        (THIN_CT, [ct("PVP", slice_thickness_mm=1.25)], ["THICKNESS_ABOVE_LIMIT"]),
        (THIN_CT, [ct("PVP")], ["THICKNESS_UNKNOWN"]),
        (MR_3T, [mr("DCEAP", phase="AP", field_strength_t=2.89)], ["FIELD_STRENGTH_DIFFERS"]),
        (MR_3T, [mr("DCEAP", phase="AP", field_strength_t=2.95)], []),
        (MR_3T, [mr("DCEAP", phase="AP", field_strength_t=3.0), mr("DWI", field_strength_t=1.5)], []),
        (MR_LIVER, [mr("T1FS", field_strength_t=1.5, slice_thickness_mm=5)], []),
        (MR_LIVER, [mr("HBP", field_strength_t=1.5, slice_thickness_mm=6)], ["THICKNESS_ABOVE_LIMIT"]),
        (MR_LIVER, [mr("T2FS", field_strength_t=1.5, slice_thickness_mm=6)], []),
        (MR_LIVER, [mr("T2FS", field_strength_t=1.0, slice_thickness_mm=6)], ["FIELD_STRENGTH_BELOW_LIMIT"]),
        (MR_LIVER, [mr("DWI", slice_thickness_mm=9)], ["FIELD_STRENGTH_UNKNOWN"]),
        (MANY_SEQUENCES, [mr("T1FS"), mr("T2FS")], []),
        (MANY_SEQUENCES, [mr("T1FS"), mr("T1FS")], ["TOO_FEW_SEQUENCES"]),
        ({"modality": "MR", "sequences": ["DWI", "HBP"]}, [mr("DWI")], ["MISSING_SEQUENCE"]),
        ({"modality": "MR", "sequences": ["DWI", "HBP"]}, [mr("DWI"), mr("HBP")], []),
    ],
)
def test_each_limit_is_judged(protocol, series, expected):
    assert codes(protocol, series) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2024-03-01", []),
        ("2024-03-15", []),
        ("2024-02-29", ["OUTSIDE_WINDOW"]),
        ("2024-03-16", ["OUTSIDE_WINDOW"]),
    ],
)
def test_the_window_counts_from_the_anchor_with_both_ends(day, expected):
    found = codes(FOUR_PHASES, WHOLE, acquired_on=date.fromisoformat(day), anchor=date(2024, 3, 15))

    assert found == expected


def test_an_unknown_date_is_not_judged():
    assert codes(FOUR_PHASES, WHOLE, acquired_on=None, anchor=date(2024, 3, 15)) == []
    assert codes(FOUR_PHASES, WHOLE, acquired_on=date(2024, 3, 15), anchor=None) == []


def test_messages_name_the_series_and_say_both_numbers_in_both_languages():
    [deviation] = judge_protocol(THIN_CT, [ct("PVP", slice_thickness_mm=2.5, description="门脉期")])

    assert deviation.series_instance_uid == "1.2.PVP"
    for language in ("zh", "en"):
        assert all(part in deviation.message[language] for part in ("门脉期", "2.5 mm", "1 mm"))


def test_a_series_with_a_fault_of_geometry_deviates():
    series = ct_series(np.zeros((6, 4, 4)))
    del series[2]

    summary = summarise(series_facts(series[0]), [plane for item in series for plane in slice_facts(item)])

    assert (summary.phase, summary.slice_thickness_mm) == ("PVP", 2.0)
    assert codes({"modality": "CT", "phases": ["PVP"]}, [summary]) == ["GEOMETRY_MISSING"]
    assert codes({"modality": "CT", "phases": ["AP"]}, [summary]) == ["MISSING_PHASE"]


def test_the_real_body_ct_is_too_thick_for_a_thin_slice_study(shared_data):
    paths = sorted((shared_data / "dicom" / "ct_body_siemens_20").iterdir())
    headers = [pydicom.dcmread(path, stop_before_pixels=True) for path in paths]
    summary = summarise(
        series_facts(headers[0]), [plane for header in headers for plane in slice_facts(header)]
    )

    assert codes(THIN_CT, [summary]) == ["THICKNESS_ABOVE_LIMIT"]
    assert codes({"modality": "CT", "slice_thickness_max_mm": 3.0}, [summary]) == []
