"""The cases that the five studies ship with: each says what it must, and small faults are noticed."""

from functools import cache
from typing import Any

import pytest

from edc.design.protocol import RuleCase
from edc.rules.book import rule_book
from edc.rules.cases import criterion_says, prepare
from edc.rules.uat import RuleResult, accept
from tests.edc.studies.conftest import REGISTRATIONS, read_design

# Beyond the form data: held by the program itself and tested with it.
HELD_BY_THE_PLATFORM = {"EC071", "EC072", "EC075"}


@cache
def accepted(code: str) -> list[RuleResult]:
    return accept(read_design(code))


@pytest.fixture
def results(code: str) -> list[RuleResult]:
    return accepted(code)


def test_every_case_says_what_it_must(results: list[RuleResult]) -> None:
    wrong = [(each.oid, case.case, case.said) for each in results for case in each.cases if not case.passed]
    assert wrong == []


@pytest.mark.requirement("E2")
def test_every_rule_has_a_case_that_passes_and_one_that_fails(results: list[RuleResult]) -> None:
    assert [each.oid for each in results if not each.complete] == []


@pytest.mark.requirement("E2")
def test_the_cases_notice_a_flipped_operator(results: list[RuleResult]) -> None:
    """At least 95 of 100 small faults are noticed, and each that is not has its reason beside the cases."""
    made = sum(each.mutants for each in results)
    unnoticed = [each for each in results if each.survivors]
    assert made > 400
    assert sum(len(each.survivors) for each in unnoticed) <= made * 0.05
    assert [(each.oid, each.survivors) for each in unnoticed if each.note is None] == []


def test_a_rule_with_a_limit_has_a_case_on_its_boundary(results: list[RuleResult]) -> None:
    limits = [each for each in results if any(sign in each.expression for sign in ("<=", ">="))]
    assert [each.oid for each in limits if not each.boundary] == []


def test_every_rule_of_the_design_is_among_the_results(code: str, results: list[RuleResult]) -> None:
    design = read_design(code)
    ruled = {rule.oid for rule in design.rules if rule.check} | {
        each.oid for each in design.eligibility if each.rule
    }
    assert {each.oid for each in results} == ruled


@pytest.mark.requirement("E2")
def test_every_row_of_the_source_table_fires_and_holds_somewhere(source_table: Any) -> None:
    """Of each registered edit check, some case says that it flags and some that it does not."""
    said: dict[str, set[str]] = {}
    for code in REGISTRATIONS:
        for each in accepted(code):
            said.setdefault(each.oid.split(".")[0], set()).update(case.said for case in each.cases)
    rows = {row["id"] for row in source_table("crf_edit_checks")}
    assert len(rows) == 75
    assert rows - set(said) == HELD_BY_THE_PLATFORM
    assert {row for row in rows & set(said) if not {"flags", "holds"} <= said[row]} == set()


def test_a_subject_without_records_meets_and_misses_nothing(code: str) -> None:
    book = rule_book(read_design(code))
    for each in book.criteria:
        if each.rule:
            said = criterion_says(each.rule, each.applies, prepare(book, RuleCase(each.criterion.oid)))
            assert said == "not evaluable", each.criterion.oid


def test_the_quick_word_is_that_of_the_full_answer(code: str) -> None:
    book = rule_book(read_design(code))
    checks = {check.rule.oid: check for rules in book.forms.values() for check in rules.checks}
    for case in book.design.cases:
        if case.rule in checks and case.note is None:
            rule = checks[case.rule].check
            for given in prepare(book, case).inputs:
                assert rule.state(given) is rule.evaluate(given).state, case
