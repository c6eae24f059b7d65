"""A whole design as one document: nothing lost either way, every fault with its place."""

import copy

import pytest

from edc.design.whole import check_document, read_document, written
from tests.factories.designs import small_design
from tests.studies import REGISTERED, study_design


@pytest.mark.parametrize("oid", REGISTERED)
def test_a_design_comes_back_from_its_document(oid):
    assert read_document(written(study_design(oid))).sha256 == study_design(oid).sha256


@pytest.fixture
def document():
    return copy.deepcopy(written(small_design()))


def faults(document):
    return [(each.file, each.field, each.message_en) for each in check_document(document).errors]


def items(document, form):
    [found] = [each for each in document["forms"] if each["oid"] == form]
    return found["item_groups"][0]["items"]


def test_the_small_design_is_sound(document):
    assert faults(document) == []


def test_a_fault_of_the_schema_names_the_form_and_the_field(document):
    items(document, "FO.DM")[0]["label"] = {"zh": "性别"}
    assert ("forms/DM", "item_groups[0].items[0].label", "Missing: en.") in faults(document)


def test_a_rule_is_checked_against_the_types_of_its_items(document):
    items(document, "FO.DM")[1]["show_when"] = 'AGE == "old"'
    [(file, field, _words)] = faults(document)
    assert (file, field) == ("forms/DM", "item_groups[0].items[1].show_when")


def test_a_visit_cannot_plan_a_form_that_is_not_there(document):
    document["events"][0]["forms"].append({"form": "FO.NONE", "mandatory": True})
    place = f"[0].forms[{len(document['events'][0]['forms']) - 1}].form"
    assert [(file, field) for file, field, _words in faults(document)] == [("events", place)]


def test_a_stratum_is_made_of_codes(document):
    document["study"]["stratification"] = ["IT.DM.SEX", "IT.DM.SMOKER", "SITE"]
    assert check_document(document).design.stratification == ("IT.DM.SEX", "IT.DM.SMOKER", "SITE")
    document["study"]["stratification"] = ["IT.DM.AGE", "IT.DM.GONE"]
    assert [(file, field) for file, field, _words in faults(document)] == [
        ("study", "stratification[0]"),
        ("study", "stratification[1]"),
    ]


def test_a_stratum_is_made_of_what_is_said_once(document):
    document["study"]["stratification"] = ["IT.DM.SEX"]
    [form] = [each for each in document["forms"] if each["oid"] == "FO.DM"]
    form["item_groups"][0]["repeating"] = True
    assert ("study", "stratification[0]") in [(file, field) for file, field, _words in faults(document)]


def test_what_is_coded_is_free_text(document):
    document["study"]["coded"] = {"IT.DM.NOTE": "meddra"}
    assert check_document(document).design.coded == {"IT.DM.NOTE": "meddra"}
    document["study"]["coded"] = {"IT.DM.SEX": "meddra", "IT.DM.GONE": "atc"}
    assert sorted((file, field) for file, field, _words in faults(document)) == [
        ("study", "coded.IT.DM.GONE"),
        ("study", "coded.IT.DM.SEX"),
    ]


def test_a_study_part_that_is_broken_is_told_before_all_else(document):
    del document["study"]["arms"]
    checked = check_document(document)
    assert checked.design is None
    assert {each.file for each in checked.errors} == {"study"}
