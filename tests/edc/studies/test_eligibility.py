"""Every criterion of the digest is there; what each says of made-up subjects is in test_cases.py."""

import re

import pytest

from edc.design.study import StudyDesign

ANSWERED_BY_A_PERSON = {"T2-E4P", "T2-E5P"}
DERIVED = {f"T3-D{number}" for number in range(1, 6)}


@pytest.mark.requirement("N1")
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
