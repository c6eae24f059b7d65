"""A form as it stands: shown, required, computed, flagged; and eligibility from final values."""

from datetime import date

import pytest

from edc.rules.dependencies import readers
from edc.rules.eligibility import Met, Verdict, assess, verdict
from edc.rules.form_logic import evaluate_form
from edc.rules.subject_values import FinalRecord, SubjectValues
from tests.edc.design.study_folder import read, small_study

TODAY = date(2026, 11, 21)


@pytest.fixture
def design(tmp_path):
    return read(tmp_path, small_study())


def entry(raw=None, unit=None, missing=None):
    return {"raw": raw, "unit": unit, "missing": missing}


def state_of(design, form="FO.DM", rows=None, subject=None, **items):
    short = form.removeprefix("FO.")
    entries = {
        f"IT.{short}.{name}": held if isinstance(held, dict) else entry(held) for name, held in items.items()
    }
    record = {"items": entries, "rows": rows or {}}
    return evaluate_form(design, form, record, subject or SubjectValues(design), today=TODAY, site="S01")


def test_a_derived_item_carries_formula_and_inputs(design):
    state = state_of(design, HEIGHT="170", WEIGHT=entry("154.32", "lb"))
    bmi = state.computed["IT.DM.BMI"]
    assert (bmi.value, bmi.formula, bmi.version) == ("24.22", "BMI", "1")
    assert bmi.inputs["DM.HEIGHT"] == 170.0
    assert state.values["IT.DM.BMI"] == "24.22"


@pytest.mark.parametrize("missing", [None, entry(missing="ND")])
def test_a_derived_item_without_inputs_names_them(design, missing):
    state = state_of(design, HEIGHT="170", **({"WEIGHT": missing} if missing else {}))
    assert state.computed["IT.DM.BMI"].value is None
    assert state.computed["IT.DM.BMI"].missing == ("DM.WEIGHT",)


@pytest.mark.parametrize(
    ("sex", "age", "shown", "needed"),
    [
        ("F", "30", True, True),
        ("F", "60", True, False),
        ("M", "30", False, False),
        (None, "30", False, False),
    ],
)
def test_an_item_is_shown_and_required_by_rule(design, sex, age, shown, needed):
    state = state_of(design, SEX=sex, AGE=age, PREG="Y")
    assert state.visible["IT.DM.PREG"] is shown
    assert state.required["IT.DM.PREG"] is needed
    assert ("IT.DM.PREG" in state.values) is shown


@pytest.mark.parametrize(
    ("age", "flags"), [("17", ["EC001"]), ("18", []), (None, []), (entry(missing="UNK"), [])]
)
def test_a_check_flags_only_what_is_false(design, age, flags):
    state = state_of(design, AGE=age)
    assert [flag.rule_oid for flag in state.flags] == flags
    assert all(flag.path == "IT.DM.AGE" and flag.message.zh for flag in state.flags)


def test_checks_on_rows_are_asked_once_a_row(design):
    rows = {"IG.TXS.ROWS": ["1", "3"]}
    items = {"DOSE[1]": "3000", "DRUG[1]": "ATE", "DOSE[3]": "3000", "DRUG[3]": "BEV"}
    state = state_of(design, "FO.TXS", rows, **items)
    assert [(flag.rule_oid, flag.path) for flag in state.flags] == [("EC002", "IT.TXS.DOSE[1]")]


def test_problems_and_progress(design):
    state = state_of(design, WEIGHT="10", SEX="X", BRTHDAT="2030")
    assert state.problems["IT.DM.WEIGHT"].code == "hard_limit"
    assert state.problems["IT.DM.SEX"].code == "not_a_code"
    assert state.problems["IT.DM.BRTHDAT"].code == "hard_limit"
    assert set(state.impossible) == {"IT.DM.WEIGHT", "IT.DM.SEX", "IT.DM.BRTHDAT"}
    assert (state.progress.filled, state.progress.required) == (1, 1)
    assert state_of(design).unanswered == ["IT.DM.SEX"]


def subject(design, *records):
    return SubjectValues(design, tuple(records), "S01")


def adult(age):
    return FinalRecord("FO.DM", values={"IT.DM.AGE": age})


def therapy(*drugs, day=date(2026, 1, 1)):
    values = {f"IT.TXS.DRUG[{n}]": drug for n, drug in enumerate(drugs, 1)}
    keys = [str(n) for n in range(1, len(drugs) + 1)]
    return FinalRecord("FO.TXS", "SE.C1", day, values=values, rows={"IG.TXS.ROWS": keys})


def test_a_new_subject_is_pending_with_what_is_missing(design):
    results = {each.oid: each for each in assess(design, subject(design), today=TODAY)}
    assert results["I1"].missing == ("DM.AGE",)
    assert results["E1"].missing == ("TXS", "TXS.DRUG")
    assert results["I2"].answered_by == "person"
    assert verdict(list(results.values())) is Verdict.PENDING


@pytest.mark.parametrize(
    ("age", "drug", "expected"),
    [(17, "ATE", Verdict.NOT_ELIGIBLE), (18, "BEV", Verdict.NOT_ELIGIBLE), (18, "ATE", Verdict.PENDING)],
)
def test_one_failed_criterion_decides(design, age, drug, expected):
    results = assess(design, subject(design, adult(age), therapy(drug)), today=TODAY)
    assert verdict(results) is expected
    assert results[0].evidence == {"DM.AGE": float(age)}
    assert results[0].met is (Met.YES if age >= 18 else Met.NO)


def test_the_most_recent_record_speaks(design):
    old, new = therapy("ATE"), therapy("BEV", "ATE", day=date(2026, 2, 1))
    rows = subject(design, new, old).rows("TXS")
    assert [row["DRUG"] for row in rows] == ["ATE", "BEV", "ATE"]
    assert rows[0]["EVENT"] == "SE.C1"


def test_the_record_being_filled_replaces_its_old_self(design):
    held = subject(design, therapy("ATE"))
    assert [row["DRUG"] for row in held.filling(therapy("BEV")).rows("TXS")] == ["BEV"]


def test_dependencies_name_the_rules_that_read_an_item(design):
    by_item = readers(design)
    assert ("check", "FO.DM", "EC001") in by_item["FO.DM", "IT.DM.AGE"]
    assert ("derive", "FO.DM", "IT.DM.BMI") in by_item["FO.DM", "IT.DM.HEIGHT"]
    assert ("eligibility", "", "E1") in by_item["FO.TXS", "IT.TXS.DRUG"]
