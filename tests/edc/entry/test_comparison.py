"""Comparing two passes: what counts as equal, which rows belong together, and what kind of slip it was."""

import pytest

from edc.design.values import normal_form, read_value
from edc.services.comparison import compare, merge
from edc.services.difference import kind_of
from edc.services.displacement import displaced
from edc.services.keyboard import are_neighbours
from tests.factories.designs import CHEMISTRY, DEMOGRAPHY, TREATMENT, codelist
from tests.factories.entering import entry, record

LISTS = {"CL.DRUG": codelist("DRUG", "ATEZO", "BEV", "LENV"), "CL.SEX": codelist("SEX", "M", "F")}


def normal(item, given):
    given = given or {}
    reading = read_value(
        item, given.get("raw"), given.get("unit"), given.get("missing"), codelist=LISTS.get(item.codelist)
    )
    return normal_form(item, reading)


def differences(form, first, second):
    return {(each.path, each.kind) for each in compare(form, first, second, normal).differences}


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"IT.LBC.BILI": "17.1"}, {"IT.LBC.BILI": ("1", "mg/dL")}),
        ({"IT.LBC.BILI": "12.50"}, {"IT.LBC.BILI": "12.5"}),
        ({"IT.LBC.BILI": "12.5"}, {"IT.LBC.BILI": " 12.5 "}),  # full-width digits of a Chinese keyboard
        ({"IT.LBC.BILI": ""}, {}),
        ({"IT.LBC.LBDAT": "2026-06-01 08:30"}, {"IT.LBC.LBDAT": "2026/6/1 08:30"}),
        ({"IT.LBC.BILI": "?ND"}, {"IT.LBC.BILI": "?ND"}),
    ],
)
def test_equal_after_normalisation(one, two):
    assert differences(CHEMISTRY, record(one), record(two)) == set()


@pytest.mark.parametrize(
    ("name", "one", "two", "kind"),
    [
        ("AGE", "58", "85", "transposition"),
        ("AGE", "58", "580", "magnitude"),
        ("AGE", "58", "59", "neighbour_key"),
        ("AGE", "52", "59", "value"),
        ("AGE", "58", None, "missing_one"),
        ("AGE", "58", "?ND", "missing_one"),
        ("AGE", "?ND", "?UNK", "missing_code"),
        ("BRTHDAT", "1968-03-04", "1968-04-03", "date_swap"),
        ("BRTHDAT", "1968-03-04", "1968年4月3日", "date_swap"),
        ("BRTHDAT", "1968-03-04", "1969-03-04", "neighbour_key"),
        ("BRTHDAT", "1968-03-04", "1961-03-04", "value"),
        ("SEX", "M", "F", "value"),
        ("NOTE", "form", "from", "transposition"),
        ("NOTE", "form", "firm", "neighbour_key"),
        ("NOTE", "form", "farm", "value"),
        ("NOTE", "form", "forms", "value"),
    ],
)
def test_the_kind_of_slip(name, one, two, kind):
    item = DEMOGRAPHY.items_by_name[name]
    given = [entry(each) if each else None for each in (one, two)]
    assert kind_of(item, *given) == kind


def test_another_unit_is_its_own_kind():
    item = CHEMISTRY.items_by_name["BILI"]
    assert kind_of(item, entry("1.4", "mg/dL"), entry("1.4", "umol/L")) == "unit"


def rows(*drugs_and_doses, keys=None):
    keys = keys or [str(n) for n in range(1, len(drugs_and_doses) + 1)]
    values = {}
    for key, (drug, dose) in zip(keys, drugs_and_doses, strict=True):
        values |= {f"IT.TXS.DRUG[{key}]": drug, f"IT.TXS.DOSE[{key}]": dose}
    return record(values, {"IG.TXSROW": keys})


@pytest.mark.parametrize(
    ("second", "found"),
    [
        (rows(("ATEZO", "1200"), ("BEV", "900")), set()),
        (rows(("BEV", "900"), ("ATEZO", "1200")), set()),
        (rows(("ATEZO", "1200"), ("BEV", "900"), keys=["1", "4"]), set()),
        (rows(("BEV", "900"), ("ATEZO", "1207")), {("IT.TXS.DOSE[1]", "value")}),
        (rows(("BEV", "940"), ("ATEZO", "1207")), {("IT.TXS.DOSE[1]", "value"), ("IT.TXS.DOSE[2]", "value")}),
        (rows(("ATEZO", "1200")), {("IG.TXSROW[2]", "row")}),
        (rows(("ATEZO", "1200"), ("BEV", "900"), ("LENV", "8")), {("IG.TXSROW[3]", "row")}),
        (rows(("BEV", "900")), {("IG.TXSROW[1]", "row")}),
        (rows(("LENV", "8"), ("BEV", "900")), {("IT.TXS.DRUG[1]", "value"), ("IT.TXS.DOSE[1]", "value")}),
    ],
)
def test_rows_are_matched_by_key_then_by_content(second, found):
    first = rows(("ATEZO", "1200"), ("BEV", "900"))
    assert differences(TREATMENT, first, second) == found


def test_order_and_side_do_not_change_how_many_differ():
    one = rows(("ATEZO", "1200"), ("BEV", "900"), ("LENV", "8"))
    two = rows(("LENV", "12"), ("ATEZO", "1200"))
    assert len(differences(TREATMENT, one, two)) == len(differences(TREATMENT, two, one)) == 2


def test_a_row_of_the_second_pass_gets_a_key_of_its_own():
    first, second = rows(("ATEZO", "1200")), rows(("BEV", "900"), ("ATEZO", "1200"))
    (found,) = compare(TREATMENT, first, second, normal).differences
    assert (found.path, found.first) == ("IG.TXSROW[3]", None)
    assert found.second["IT.TXS.DRUG"]["raw"] == "BEV"
    merged = merge(TREATMENT, first, second, {found.path: found.second}, normal)
    assert merged["rows"] == {"IG.TXSROW": ["1", "3"]}
    assert merged["items"]["IT.TXS.DRUG[3]"]["raw"] == "BEV"
    assert merge(TREATMENT, first, second, {found.path: None}, normal)["rows"] == {"IG.TXSROW": ["1"]}


def test_the_merged_record_takes_each_choice():
    first, second = rows(("ATEZO", "1200"), ("BEV", "900")), rows(("ATEZO", "1200"), ("BEV", "990"))
    chosen = {"IT.TXS.DOSE[2]": entry("950")}
    merged = merge(TREATMENT, first, second, chosen, normal)
    assert {path: each["raw"] for path, each in merged["items"].items()} == {
        "IT.TXS.DRUG[1]": "ATEZO", "IT.TXS.DOSE[1]": "1200", "IT.TXS.DRUG[2]": "BEV", "IT.TXS.DOSE[2]": "950",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("one", "two", "kind"),
    [
        (("12", "umol/L"), ("12", "mg/dL"), "unit"),
        (("12", None), ("1200", "umol/L"), "magnitude"),
        (("1.2", "mg/dL"), ("205.2", "umol/L"), "magnitude"),
        (("1.2", "mg/dL"), ("20.0", "umol/L"), "unit"),
        (("5.4", None), ("4.5", None), "transposition"),
        (("12.50", None), ("12.05", None), "transposition"),
        (("14.2", None), ("17.2", None), "neighbour_key"),
        (("14.2", None), ("18.2", None), "value"),
    ],
)
def test_numbers_are_classified_in_their_units(one, two, kind):
    assert kind_of(CHEMISTRY.items_by_name["BILI"], entry(*one), entry(*two)) == kind


@pytest.mark.parametrize(
    ("one", "two", "touch"),
    [("1", "2", True), ("9", "0", True), ("4", "7", True), ("1", "0", True), ("3", "0", False),
     ("1", "5", False), ("q", "a", True), ("p", "k", False), ("g", "t", True), ("1", "1", False),
     ("年", "月", False)],
)  # fmt: skip
def test_keys_that_touch(one, two, touch):
    assert are_neighbours(one, two) is are_neighbours(two, one) is touch


@pytest.mark.parametrize(
    ("first", "second", "places"),
    [
        (["5", "6", "7", "8"], ["6", "7", "8", "9"], {0, 1, 2, 3}),
        (["5", "6", "7"], ["9", "5", "6"], {0, 1, 2}),
        (["5", "6"], ["6", "5"], {0, 1}),
        (["5", None], [None, "5"], {0, 1}),
        (["5", "6", "7"], ["5", "6", "7"], set()),
        (["5", "6", "7"], ["6", "6", "7"], set()),
        (["5", "5", None], ["5", None, None], set()),
    ],
)
def test_values_one_place_off_are_told_from_chance(first, second, places):
    assert displaced(first, second) == displaced(second, first) == places


def test_a_row_shift_shows_along_the_items_and_down_the_rows():
    one = record({"IT.LBC.BILI": "12", "IT.LBC.BILDIR": "4.1", "IT.LBC.ALB": "41"})
    two = record({"IT.LBC.BILI": "4.1", "IT.LBC.BILDIR": "41", "IT.LBC.ALB": "38"})
    assert {kind for _path, kind in differences(CHEMISTRY, one, two)} == {"row_shift"}

    first = rows(("ATEZO", "1200"), ("BEV", "900"), ("LENV", "8"))
    second = rows(("ATEZO", "900"), ("BEV", "8"), ("LENV", "12"))
    assert {kind for _path, kind in differences(TREATMENT, first, second)} == {"row_shift"}
