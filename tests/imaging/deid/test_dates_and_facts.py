"""All dates of a subject move by one delta, and facts are told without dates."""

import json
from datetime import date

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from imaging.deid import deidentify, extract_facts
from tests.imaging.deid.injected import PSEUDONYMISER, minimal


def day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def contrast_ct() -> Dataset:
    source = minimal()
    source.StudyDate, source.SeriesDate, source.AcquisitionDate = "20240312", "20240312", "20240313"
    source.SeriesTime, source.AcquisitionTime = "235930", "000015.5"
    source.AcquisitionDateTime = "20240313000015.5+0800"
    source.ContrastBolusStartTime = "235940"
    source.ContrastBolusAgent = "Ultravist 370, given by nurse Li"
    source.SeriesDescription = "ABD arterial phase WANG"
    source.SliceThickness, source.KVP = "1.25", "120"
    source.DateOfLastCalibration = ["20240101", "20240201"]
    item = Dataset()
    item.StudyDate, item.AcquisitionDateTime = "20231112", "20231112101010"
    source.SharedFunctionalGroupsSequence = Sequence([item])
    return source


def test_every_date_moves_by_the_same_delta_and_intervals_stay():
    source = contrast_ct()

    stored = deidentify(source, pseudonymiser=PSEUDONYMISER).dataset

    before = [e for e in source.iterall() if e.VR in ("DA", "DT") and e.keyword != "PatientBirthDate"]
    after = [e for e in stored.iterall() if e.VR in ("DA", "DT") and e.keyword != "PatientBirthDate"]
    dates = [
        [
            day(str(value))
            for element in elements
            for value in ([element.value] if element.VM == 1 else element.value)
        ]
        for elements in (before, after)
    ]
    assert len(dates[0]) == len(dates[1]) == 8
    deltas = {(old - new).days for old, new in zip(*dates, strict=True)}
    assert deltas == {PSEUDONYMISER.shift_days}


def test_times_of_day_are_untouched():
    stored = deidentify(contrast_ct(), pseudonymiser=PSEUDONYMISER).dataset

    assert stored.AcquisitionTime == "000015.5"
    assert stored.AcquisitionDateTime.endswith("000015.5+0800")
    assert stored.ContrastBolusStartTime == "235940"


def test_facts_are_read_before_cleaning_and_hold_no_date():
    result = deidentify(contrast_ct(), pseudonymiser=PSEUDONYMISER)
    facts = result.facts

    assert (facts.modality, facts.phases, facts.agents) == ("CT", ("ARTERIAL",), ("IOPROMIDE",))
    assert (facts.slice_thickness_mm, facts.tube_voltage_kv) == (1.25, 120.0)
    assert facts.contrast_given
    assert facts.bolus_to_acquisition_s == pytest.approx(35.5)
    assert facts.series_to_acquisition_s == pytest.approx(45.5)
    told = json.dumps(facts.as_dict())
    assert "2024" not in told
    assert "WANG" not in told
    assert "Li" not in told


def test_descriptors_are_left_in_controlled_words():
    stored = deidentify(contrast_ct(), pseudonymiser=PSEUDONYMISER).dataset

    assert stored.SeriesDescription == "ABDOMEN ARTERIAL"
    assert stored.ContrastBolusAgent == "IOPROMIDE"


def test_absent_facts_are_none():
    facts = extract_facts(minimal())

    assert facts.slice_thickness_mm is None
    assert facts.bolus_to_acquisition_s is None
    assert facts.field_strength_t is None
    assert not facts.contrast_given
    assert facts.rows == 4


def test_facts_of_a_multi_frame_instance_come_from_its_functional_groups():
    source, group, measures = minimal(), Dataset(), Dataset()
    measures.SliceThickness, measures.PixelSpacing = "2.5", ["0.7", "0.8"]
    group.PixelMeasuresSequence = Sequence([measures])
    source.SharedFunctionalGroupsSequence = Sequence([group])

    facts = extract_facts(source)

    assert facts.slice_thickness_mm == 2.5
    assert facts.pixel_spacing_mm == (0.7, 0.8)


def test_numbers_that_cannot_be_read_are_left_out():
    source = minimal()
    source.add_new(0x00180050, "LO", "three")
    source.AcquisitionTime = "noon"
    source.ContrastBolusStartTime = "101010"

    facts = extract_facts(source)

    assert facts.slice_thickness_mm is None
    assert facts.bolus_to_acquisition_s is None
