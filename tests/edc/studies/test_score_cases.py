"""Every worked value of the score sheet, keyed as its source writes it, by the study's own items."""

import csv
import json
from collections.abc import Iterator
from typing import Any

import pytest

from edc.design.study import StudyDesign
from edc.design.values import read_value
from edc.rules.book import rule_book
from edc.rules.contexts import RuleInput
from edc.rules.form_logic import Computed, computed_value
from edc.rules.scores import meld, meld_na
from edc.rules.subject_values import FinalRecord, SubjectValues, in_rows
from tests.edc.studies.asked_rules import TODAY
from tests.edc.studies.conftest import read_design

# A column of the sheet: the form and item it is entered in, with its unit.
ENTERED = {
    "creatinine_mg_dl": ("LBC", "CREAT", "mg/dL"),
    "bilirubin_mg_dl": ("LBC", "BILI", "mg/dL"),
    "bilirubin_umol_l": ("LBC", "BILI", "umol/L"),
    "albumin_g_dl": ("LBC", "ALB", "g/dL"),
    "albumin_g_l": ("LBC", "ALB", "g/L"),
    "sodium": ("LBC", "SODIUM", "mmol/L"),
    "ast": ("LBC", "AST", "U/L"),
    "alt": ("LBC", "ALT", "U/L"),
    "inr": ("LBG", "INR", None),
    "platelets_1e9_l": ("LBH", "PLAT", "10^9/L"),
    "afp_ng_ml": ("LBT", "AFP", "ng/mL"),
    "crp_mg_dl": ("LBT", "CRP", "mg/dL"),
    "crp_mg_l": ("LBT", "CRP", "mg/L"),
    "age": ("DM", "AGE", None),
    "max_diameter_cm": ("LVB", "TUMMAX", "cm"),
    "number": ("LVB", "TUMN", None),
    "ascites": ("HBC", "ASCITES", None),
    "encephalopathy": ("HBC", "ENCEPH", None),
}
# The item that shows a score, and the version of its formula.
SHOWN = {
    "MELD 3.0": ("PSL", "MELDV", "2021"),
    "ALBI": ("PSL", "ALBIV", "2015"),
    "FIB-4": ("PSL", "FIB4", "2006"),
    "Child-Pugh": ("PSL", "CPPTS", "1973"),
    "CRAFITY": ("PSL", "CRAFITY", "2022"),
    "Tumour burden score": ("LVB", "TBS", "2018"),
    "Up-to-seven": ("LVB", "UT7", "2009"),
}
DATED = ("LBC", "LBG", "LBH", "LBT")
DAY = "2024-01-10"


def entered(design: StudyDesign, name: str, value: Any) -> Iterator[tuple[str, str, object]]:
    """Yield form, item and standard value of a column, read with the unit it is written in."""
    if name == "female":
        yield "DM", "SEX", "F" if value else "M"
        return
    form, item, unit = ENTERED[name]
    definition = design.form(f"FO.{form}").items_by_name[item]
    raw = {"none": "NONE"}.get(str(value), str(value))
    reading = read_value(definition, raw, unit, codelist=design.codelist_of(definition))
    assert reading.value is not None, (name, reading.problem)
    yield form, item, reading.standard_value


def computed(row: dict[str, str]) -> Computed:
    """Return the study's own item for a row of the sheet."""
    design = read_design("T1")
    given = json.loads(row["inputs_json"])
    held = [each for name, value in given.items() for each in entered(design, name, value)]
    values: dict[str, dict[str, object]] = {"PSL": {"IT.PSL.PSLDAT": DAY}}
    for form, item, value in held:
        values.setdefault(form, {})[f"IT.{form}.{item}"] = value
    for form in DATED:
        values.setdefault(form, {})[f"IT.{form}.LBDAT"] = DAY
    form, name, version = SHOWN[row["score"]]
    records = {key: FinalRecord(f"FO.{key}", "SE.BASELINE", values=each) for key, each in values.items()}
    subject = SubjectValues(design, tuple(records.values()))
    definition = design.form(f"FO.{form}")
    own = in_rows(definition, records[form]).plain
    inputs = RuleInput(own=own, subject=subject.filling(records[form]), today=TODAY)
    found = computed_value(
        definition.items_by_name[name], rule_book(design).forms[definition.oid].derive[name], inputs
    )
    assert found.version == version
    return found


@pytest.fixture(scope="module")
def rows(shared_data: Any) -> list[dict[str, str]]:
    path = shared_data.parent / "studies" / "scores_cases.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.requirement("E13")
def test_every_row_is_computed_by_an_item_or_by_its_formula(rows: list[dict[str, str]]) -> None:
    assert len(rows) == 21
    assert {row["score"] for row in rows} - set(SHOWN) == {"MELD", "MELD-Na (UNOS 2016)"}


def test_the_items_give_the_worked_values(rows: list[dict[str, str]]) -> None:
    for row in rows:
        if row["score"] in SHOWN:
            found, expected = computed(row), row["expected"]
            if row["score"] == "Up-to-seven":
                assert found.value == ("Y" if expected.startswith("within") else "N"), row
            else:
                assert float(found.value) == pytest.approx(float(expected.split()[0]), abs=0.006), row


def test_the_formulas_without_an_item_give_them_too(rows: list[dict[str, str]]) -> None:
    for row in rows:
        given = json.loads(row["inputs_json"])
        if row["score"].startswith("MELD") and row["score"] not in SHOWN:
            basis = (given["bilirubin_mg_dl"], given["inr"], given["creatinine_mg_dl"], False)
            is_na = "sodium" in given
            found = meld_na(*basis, given["sodium"]) if is_na else meld(*basis)
            assert found == pytest.approx(float(row["expected"]), abs=1e-6), row
