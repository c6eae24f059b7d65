"""A changed value re-evaluates the rules that read it, across forms and visits, and no others."""

from dataclasses import replace
from datetime import date

import pytest

from edc.design.protocol import RuleDef
from edc.rules.book import rule_book
from edc.rules.dependencies import RECORDS
from edc.rules.reevaluation import Held, consequences
from edc.rules.subject_values import FinalRecord, SubjectValues
from tests.factories.designs import RULES, small_design, text

TODAY = date(2026, 11, 21)
DM, BASELINE, CYCLE = 1, 2, 3
RISE = RuleDef(
    "EC902", "soft", text("Bilirubin doubled since an earlier visit"), form="FO.LBC", items=("BILI",),
    check="!rows.LBC.exists(r, r.BILI * 2 < BILI)",
)  # fmt: skip


@pytest.fixture
def design():
    return small_design(rules=(*RULES, RISE))


@pytest.fixture
def forms(design):
    """Demography, and chemistry at two visits, with the albumin below the limit of EC901."""
    book = rule_book(design)
    dm = FinalRecord("FO.DM", "SE.SCREEN", date(2026, 6, 1), values={"IT.DM.AGE": 58, "IT.DM.SEX": "F"})
    low = {"IT.LBC.BILI": "10", "IT.LBC.ALB": "18", "IT.LBC.AGEYRS": "58", "IT.LBC.ALBI": "-0.87"}
    first = FinalRecord("FO.LBC", "SE.BASELINE", date(2026, 6, 13), 1, values=low)
    second = FinalRecord("FO.LBC", "SE.CYCLE", date(2026, 7, 1), 2, values=dict(low))
    records = {DM: dm, BASELINE: first, CYCLE: second}
    return {key: Held(record, book, frozenset(record.values)) for key, record in records.items()}


def with_values(forms, key, **values):
    held = forms[key]
    short = held.record.form_oid.removeprefix("FO.")
    named = {f"IT.{short}.{name}": value for name, value in values.items()}
    kept = {path: each for path, each in {**held.record.values, **named}.items() if each is not None}
    record = replace(held.record, values=kept)
    return {**forms, key: replace(held, record=record, held=frozenset(kept))}


def after(design, forms, *changed):
    return consequences(SubjectValues(design, (), "S01"), forms, changed, today=TODAY)


def flagged(found):
    return {(key, oid) for key, checks in found.checks.items() for oid, flags in checks.items() if flags}


def test_a_value_of_one_form_fires_the_check_of_another_at_every_visit(design, forms):
    found = after(design, forms, (DM, "IT.DM.AGE"))

    assert flagged(found) == {(BASELINE, "EC901"), (CYCLE, "EC901")}
    assert found.checks[BASELINE]["EC901"][0].seen == {"DM.AGE": 58.0, "LBC.ALB": 18.0}


def test_the_same_check_holds_again_when_the_other_form_is_corrected(design, forms):
    found = after(design, with_values(forms, DM, AGE=85), (DM, "IT.DM.AGE"))

    assert flagged(found) == set()
    assert found.checks == {BASELINE: {"EC901": ()}, CYCLE: {"EC901": ()}}


def test_a_value_of_one_visit_fires_the_check_of_another_visit(design, forms):
    found = after(design, with_values(forms, CYCLE, BILI="21"), (CYCLE, "IT.LBC.BILI"))

    assert flagged(found) == {(CYCLE, "EC902")}
    assert "EC902" in found.checks[BASELINE]


def test_only_what_reads_the_item_is_evaluated(design, forms):
    found = after(design, forms, (DM, "IT.DM.AGE"))

    assert {name for _key, name in found.rules} == {
        ("derive", "FO.LBC", "IT.LBC.AGEYRS"), ("check", "FO.LBC", "EC901"),
    }  # fmt: skip
    # The derived age and the check, each in two records.
    assert found.evaluated == 4
    assert found.criteria == {"I2"}


def test_an_item_that_nothing_reads_evaluates_nothing(design, forms):
    found = after(design, with_values(forms, DM, NOTE="calm"), (DM, "IT.DM.NOTE"))

    assert (found.evaluated, found.checks, found.criteria) == (0, {}, frozenset())


def test_derived_values_follow_across_forms_and_their_readers_after_them(design, forms):
    found = after(design, with_values(forms, DM, AGE=60), (DM, "IT.DM.AGE"))

    computed = found.derived[CYCLE]["IT.LBC.AGEYRS"]
    assert (computed.value, computed.formula, computed.inputs) == ("60", "AGE", {"DM.AGE": 60.0})


def test_an_item_that_logic_hides_is_named_and_what_reads_it_no_longer_sees_it(design, forms):
    shown = with_values(forms, DM, SMOKER="N", PACKYRS="20")

    found = after(design, shown, (DM, "IT.DM.SMOKER"))

    assert found.hidden == {DM: {"IT.DM.PACKYRS"}}


def test_a_new_record_is_judged_by_every_check_of_its_form(design, forms):
    found = after(design, forms, (CYCLE, RECORDS))

    assert set(found.checks[CYCLE]) == {"EC069", "EC901", "EC902"}


def test_a_locked_form_is_read_and_not_evaluated(design, forms):
    locked = {**forms, CYCLE: replace(forms[CYCLE], locked=True)}

    found = after(design, locked, (DM, "IT.DM.AGE"))

    assert set(found.checks) == {BASELINE}
