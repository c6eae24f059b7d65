"""Each important edit check holds on one side of its boundary and flags on the other."""

from typing import Any

import pytest

from tests.edc.studies.asked_rules import asked, written, written_cases
from tests.edc.studies.conftest import read_design

CASES = written_cases("edit_check_cases.yaml")


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{each['study']}-{each['check']}-{each['says']}" for each in CASES]
)
def test_the_check_says(case: dict[str, Any]) -> None:
    others = [written(each) for each in case.get("others", [])]
    said = asked(read_design(case["study"]), case["check"], written(case["filled"]), others)
    assert said == case["says"]


def test_the_cases_see_thirty_checks_on_both_sides() -> None:
    seen = {(case["check"], case["says"]) for case in CASES}
    both = {check for check, says in seen if says == "flags" and (check, "holds") in seen}
    assert len(both) >= 30
