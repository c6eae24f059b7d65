"""Every row of PS3.15 Table E.1-1, one by one, and one instance with all of them."""

import json
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from imaging.deid import Profile, deidentify
from imaging.deid.profile import CLEANED_TAGS, OPTIONS
from imaging.deid.table import Row, rows, rows_by_tag
from imaging.deid.values import dictionary_vr
from tests.imaging.deid.injected import (
    BIRTH,
    CLOCK,
    NUMBER,
    PSEUDONYMISER,
    ROOT,
    SENTINEL,
    STUDY_DAY,
    TEXT,
    everything,
    minimal,
    tags_of_table,
    value_for,
)

CLEARED = Profile(burned_in_cleared=True)
BASIC_ONLY = Profile(options=frozenset(), burned_in_cleared=True)
KEY = PSEUDONYMISER.subject_key
REPLACED = {
    0x00100010: KEY,
    0x00100020: KEY,
    0x00120040: KEY,
    0x00120020: PSEUDONYMISER.study_oid,
}
WRITTEN_BY_ENGINE = {0x00120063, 0x00120064}


def planted(tag: int) -> Dataset:
    dataset, vr = minimal(), dictionary_vr(tag)
    dataset.add_new(tag, vr, value_for(tag, vr))
    return dataset


def outcome(tag: int, profile: Profile) -> Dataset:
    return deidentify(planted(tag), pseudonymiser=PSEUDONYMISER, profile=profile).dataset


def holds_identity(dataset: Dataset) -> bool:
    """Look at the bytes that would be stored, wherever in them."""
    buffer = BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return any(word in buffer.getvalue() for word in (SENTINEL.encode(), BIRTH.encode(), ROOT.encode()))


def keeps(row: Row, option: str) -> bool:
    return row.options.get(option) == "K" and row.name != "Ethnic Group"


def expected(row: Row, vr: str) -> str:
    """Read the row as a person would: modified dates, then what options retain, then the profile."""
    if "modified_dates" in row.options and vr in ("DA", "DT"):
        return "shifted"
    if ("modified_dates" in row.options and vr == "TM") or keeps(row, "device") or keeps(row, "patient"):
        return "kept"
    if "structured" in row.options and row.tag == "0040A730":
        return "cleaned items"
    if "descriptors" in row.options and int(row.tag, 16) in CLEANED_TAGS:
        return "no free text"
    if "U" in row.basic:
        return "mapped"
    if row.basic in ("X", "Z", "D"):
        return {"X": "absent", "Z": "empty", "D": "dummy"}[row.basic]
    return "absent, empty or dummy"


def observe(dataset: Dataset, tag: int, vr: str) -> set[str]:
    """Tell every description that fits what became of the attribute."""
    if tag not in dataset:
        return {"absent", "absent, empty or dummy", "no free text"}
    value = dataset[tag].value
    original = value_for(tag, vr)
    if not value and value != 0:
        return {"empty", "absent, empty or dummy", "no free text"}
    if vr == "SQ":
        return {"dummy", "mapped", "cleaned items", "absent, empty or dummy", "kept"}
    if str(value) == str(original) or value == original:
        return {"kept"}
    seen = {"dummy", "absent, empty or dummy", "no free text"}
    if vr == "UI" and PSEUDONYMISER.is_mapped(str(value)):
        seen.add("mapped")
    if vr in ("DA", "DT") and value[:8] == PSEUDONYMISER.shift_da(STUDY_DAY, days=PSEUDONYMISER.shift_days):
        return {"shifted"} if value[8:] == original[8:] else set()
    return seen


@pytest.mark.parametrize("tag", tags_of_table(), ids=lambda tag: f"{tag:08x}")
def test_each_row_takes_its_action(tag: int):
    row, vr = rows_by_tag()[tag], dictionary_vr(tag)
    # The text planted in retained attributes is the patient's name, so it must go even where K is granted.
    wanted = expected(row, vr)

    dataset = outcome(tag, CLEARED)

    assert not holds_identity(dataset) or (wanted == "kept" and vr == "UI")
    if tag in REPLACED:
        assert dataset[tag].value == REPLACED[tag]
    elif wanted == "kept" and vr in TEXT:
        assert tag not in dataset
    elif tag not in WRITTEN_BY_ENGINE:
        assert wanted in observe(dataset, tag, vr)


def retained_texts() -> list[int]:
    rows_of = rows_by_tag()
    return [
        t
        for t in tags_of_table()
        if expected(rows_of[t], dictionary_vr(t)) == "kept" and dictionary_vr(t) in TEXT
    ]


@pytest.mark.parametrize("tag", retained_texts(), ids=lambda tag: f"{tag:08x}")
def test_retained_text_that_does_not_name_the_patient_stays(tag: int):
    dataset = minimal()
    dataset.add_new(tag, dictionary_vr(tag), "GANTRY 3")

    assert deidentify(dataset, pseudonymiser=PSEUDONYMISER).dataset[tag].value == "GANTRY 3"


@pytest.mark.parametrize("tag", tags_of_table(), ids=lambda tag: f"{tag:08x}")
def test_each_row_takes_its_basic_action_without_options(tag: int):
    row, vr = rows_by_tag()[tag], dictionary_vr(tag)
    allowed = {"X": "absent", "Z": "empty", "D": "dummy"}

    dataset = outcome(tag, BASIC_ONLY)

    assert not holds_identity(dataset)
    if tag in REPLACED or tag in WRITTEN_BY_ENGINE:
        return
    seen = observe(dataset, tag, vr)
    letters = row.basic.split("/")
    assert seen & {"mapped" if letter.startswith("U") else allowed[letter] for letter in letters}


def test_an_instance_with_every_attribute_leaks_nothing():
    result = deidentify(everything(), pseudonymiser=PSEUDONYMISER, profile=CLEARED)

    for secret in (SENTINEL, BIRTH, ROOT, STUDY_DAY):
        retained = [
            element.keyword
            for element in result.dataset.iterall()
            if element.VR != "SQ" and secret in str(element.value) and element.keyword not in DEVICE_UIDS
        ]
        assert retained == []
    assert SENTINEL.encode() not in result.content
    assert len(tags_of_table()) > 600


DEVICE_UIDS = {"DeviceUID", "ManufacturerDeviceClassUID"}


def test_basic_profile_leaves_no_number_or_time_of_the_table():
    dataset = deidentify(everything(), pseudonymiser=PSEUDONYMISER, profile=BASIC_ONLY).dataset

    left = [dataset[tag].keyword for tag in tags_of_table() if tag in dataset and _same(dataset[tag].value)]

    assert left == []


def _same(value: object) -> bool:
    return value == NUMBER or CLOCK in str(value) or "47.11" in str(value) or "047Y" in str(value)


def test_groups_of_curves_overlays_and_private_attributes_are_gone():
    result = deidentify(everything(), pseudonymiser=PSEUDONYMISER, profile=CLEARED)

    groups = {element.tag.group for element in result.dataset.iterall()}
    assert not [group for group in groups if group % 2 or group >> 8 in (0x50, 0x60)]
    assert result.report.removed_private >= 4


def test_the_report_counts_and_never_quotes():
    result = deidentify(everything(), pseudonymiser=PSEUDONYMISER, profile=CLEARED)
    told = json.dumps(result.report.as_dict())

    assert SENTINEL not in told
    assert BIRTH not in told
    assert result.report.options == ("113100", "113105", "113104", "113107", "113108", "113109", "113111")
    assert set(result.report.per_action()) >= {"X", "Z", "D", "K", "U", "C-date", "C-text"}
    assert sum(result.report.per_action().values()) > len(tags_of_table())


def test_the_table_is_the_standards(shared_data: Path):
    source = json.loads((shared_data / "dicom/standard/confidentiality_profile_attributes.json").read_text())

    assert [(row.name, row.basic) for row in rows()] == [(row["name"], row["basicProfile"]) for row in source]
    assert sum("modified_dates" in row.options for row in rows()) == 165
    assert sum("descriptors" in row.options for row in rows()) == 125
    assert {option for row in rows() for option in row.options} >= set(OPTIONS)


def test_what_is_stored_reads_as_a_labelled_instance():
    result = deidentify(minimal(), pseudonymiser=PSEUDONYMISER)
    dataset = pydicom.dcmread(BytesIO(result.content))

    assert result.content[128:132] == b"DICM"
    assert dataset.PatientName == dataset.PatientID == KEY
    assert dataset.PatientIdentityRemoved == "YES"
    assert dataset.LongitudinalTemporalInformationModified == "MODIFIED"
    assert dataset.DeidentificationMethod
    codes = [item.CodeValue for item in dataset.DeidentificationMethodCodeSequence]
    assert codes == list(result.report.options)
    assert dataset.file_meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID
    assert dataset.PatientBirthDate == ""
