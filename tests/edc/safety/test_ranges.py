"""Reference ranges: which holds for a person on a day, which contradict each other, and tables of them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from edc.exchange.table_read import Line
from edc.safety.range_table import HEADINGS, Known, cell_name, read_ranges
from edc.safety.ranges import LabRange, overlaps, range_for

DAY = date(2026, 6, 1)
HGB = LabRange("Lab A", "HGB", "g/L", Decimal(130), Decimal(175), date(2026, 1, 1), "M", 18)
KNOWN = Known(frozenset({"S01"}), {"HGB": frozenset({"g/L", "g/dL"})})
GOOD = {
    "site": "S01", "laboratory": "Lab A", "analyte": "HGB", "unit": "g/L", "sex": "M", "age_from": "18",
    "age_to": "", "low": "130", "high": "175", "valid_from": "2026-01-01",
}  # fmt: skip


@pytest.mark.parametrize(
    ("sex", "age", "day", "holds"),
    [
        ("M", 18, DAY, True), ("M", 17, DAY, False), ("F", 40, DAY, False), ("M", None, DAY, False),
        (None, 40, DAY, False), ("M", 40, date(2026, 1, 1), True), ("M", 40, date(2025, 12, 31), False),
    ],
)  # fmt: skip
def test_a_range_holds_for_its_sex_and_ages_from_its_day_on(sex, age, day, holds):
    assert (range_for([HGB], analyte="HGB", sex=sex, age=age, on=day) is HGB) is holds


def test_the_age_to_is_not_included():
    child = replace(HGB, age_from=0, age_to=18)
    assert range_for([child, HGB], analyte="HGB", sex="M", age=17, on=DAY) is child
    assert range_for([child, HGB], analyte="HGB", sex="M", age=18, on=DAY) is HGB


def test_the_range_that_began_last_holds():
    newer = replace(HGB, valid_from=date(2026, 5, 1))
    assert range_for([newer, HGB], analyte="HGB", sex="M", age=40, on=DAY) is newer
    assert range_for([newer, HGB], analyte="HGB", sex="M", age=40, on=date(2026, 4, 30)) is HGB


def test_with_two_laboratories_none_is_guessed():
    other = replace(HGB, laboratory="Lab B")
    assert range_for([HGB, other], analyte="HGB", sex="M", age=40, on=DAY) is None


@pytest.mark.parametrize(("value", "flag"), [("129.9", "L"), ("130", ""), ("175", ""), ("175.1", "H")])
def test_the_limits_belong_to_the_range(value, flag):
    assert HGB.flag(Decimal(value)) == flag


@pytest.mark.parametrize(
    ("changes", "meets"),
    [
        ({}, True), ({"sex": ""}, True), ({"sex": "F"}, False), ({"age_from": 0, "age_to": 18}, False),
        ({"age_from": 0, "age_to": 19}, True), ({"valid_from": date(2026, 2, 1)}, False),
        ({"laboratory": "Lab B"}, False), ({"analyte": "WBC"}, False),
    ],
)  # fmt: skip
def test_ranges_of_one_day_that_a_person_could_both_have_are_found(changes, meets):
    assert bool(overlaps([HGB, replace(HGB, **changes)])) is meets


def lines(*changes):
    return [Line(number, GOOD | each) for number, each in enumerate(changes, start=2)]


def faults(*changes, held=()):
    return [each.cell for each in read_ranges(HEADINGS, lines(*changes), KNOWN, {"S01": list(held)})[1]]


def test_a_good_line_is_a_range():
    (found,), wrong = read_ranges(HEADINGS, lines({"sex": "男"}), KNOWN, {})
    assert (found.site, found.line, found.range, wrong) == ("S01", 2, HGB, [])


@pytest.mark.parametrize(
    ("change", "cell"),
    [
        ({"site": "S09"}, "A2"), ({"laboratory": ""}, "B2"), ({"analyte": "XYZ"}, "C2"),
        ({"unit": "mmol/L"}, "D2"),
        ({"sex": "X"}, "E2"), ({"age_from": "18.5"}, "F2"), ({"age_to": "18"}, "G2"), ({"low": "low"}, "H2"),
        ({"low": "", "high": ""}, "H2"), ({"high": "130"}, "I2"), ({"valid_from": "soon"}, "J2"),
    ],
)  # fmt: skip
def test_each_fault_is_named_by_its_cell(change, cell):
    assert faults(change) == [cell]


def test_overlaps_are_found_in_the_file_and_with_what_is_in_force():
    assert faults({}, {"sex": ""}) == ["B3"]
    assert faults({}, held=[HGB]) == ["B2"]
    assert faults({"valid_from": "2026-02-01"}, held=[HGB]) == []


def test_missing_columns_are_named():
    _found, (fault,) = read_ranges(["site"], [], KNOWN, {})
    assert fault.text.en.startswith("Columns are missing: laboratory, analyte")


def test_cells_are_named_as_a_spreadsheet_does():
    assert [cell_name(place, 3) for place in (0, 25, 26, 701, 702)] == ["A3", "Z3", "AA3", "ZZ3", "AAA3"]
