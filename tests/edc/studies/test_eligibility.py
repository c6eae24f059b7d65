"""Every criterion of the digest is there, and says what the digest says on both sides of its boundary."""

import re
from typing import Any

import pytest

from edc.design.study import StudyDesign
from tests.edc.studies.asked_rules import criterion, written, written_cases
from tests.edc.studies.conftest import read_design

CASES = written_cases("eligibility_cases.yaml")
ANSWERED_BY_A_PERSON = {"T2-E4P", "T2-E5P"}
DERIVED = {f"T3-D{number}" for number in range(1, 6)}


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{each['criterion']}-{each['says'].replace(' ', '-')}" for each in CASES]
)
def test_the_criterion_says(case: dict[str, Any]) -> None:
    records = [written(each) for each in case["records"]]
    assert criterion(read_design(case["study"]), case["criterion"], records) == case["says"]


def test_every_criterion_of_the_digest_is_there(designs: dict[str, StudyDesign], digest: str) -> None:
    registered = set(re.findall(r"^\| (T\d-(?:[IE]\d\w*|A)) \|", digest, re.MULTILINE))
    held = {each.oid for design in designs.values() for each in design.eligibility}
    assert len(registered) == 54
    assert held == registered | DERIVED


def test_a_criterion_is_filed_as_its_name_says(design: StudyDesign) -> None:
    for each in design.eligibility:
        assert each.category == ("exclusion" if "-E" in each.oid else "inclusion"), each.oid


def test_only_two_criteria_need_a_person(designs: dict[str, StudyDesign]) -> None:
    unruled = {each.oid for design in designs.values() for each in design.eligibility if not each.rule}
    assert unruled == ANSWERED_BY_A_PERSON


def test_only_the_derived_criteria_of_t3_are_provisional(designs: dict[str, StudyDesign]) -> None:
    provisional = {each.oid for design in designs.values() for each in design.eligibility if each.provisional}
    assert provisional == DERIVED


def test_a_subject_without_records_is_neither_eligible_nor_excluded(design: StudyDesign) -> None:
    said = {each.oid: criterion(design, each.oid, []) for each in design.eligibility if each.rule}
    assert [oid for oid, says in said.items() if says == "true"] == []


def test_without_records_only_completeness_is_judged(design: StudyDesign) -> None:
    inclusions = [each.oid for each in design.eligibility if each.rule and each.category == "inclusion"]
    refused = {oid for oid in inclusions if criterion(design, oid, []) == "false"}
    assert refused <= {"T2-I3", "T4-I5", "T4-I6"}


def test_the_cases_see_most_criteria_on_both_sides(designs: dict[str, StudyDesign]) -> None:
    seen = {(case["criterion"], case["says"]) for case in CASES}
    both = {oid for oid, says in seen if says == "true" and (oid, "false") in seen}
    assert len(both) >= 35
