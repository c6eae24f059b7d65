"""Each registered study has its row in the page that says whether it is a trial of a device."""

import re
from pathlib import Path

import pytest

from tests.studies import REGISTERED

PAGE = Path(__file__).resolve().parents[3] / "docs" / "validation" / "device-gcp.md"


@pytest.mark.requirement("N15")
def test_each_study_says_whether_it_is_a_trial_of_a_device():
    page = PAGE.read_text("utf-8")
    said = dict(re.findall(r"^\| (ChiCTR\d+) \| .+ \| (.+) \|$", page, re.MULTILINE))

    assert set(said) == set(REGISTERED)
    assert all(each.startswith(("no", "yes")) for each in said.values())


@pytest.mark.requirement("N15")
def test_the_tests_that_the_page_names_are_there():
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", PAGE.read_text("utf-8")))

    assert named
    assert [each for each in sorted(named) if not (PAGE.parents[2] / each).is_file()] == []
