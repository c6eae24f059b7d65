"""The files of a package: tables, statistics packages, workbook, codebook, and the proof of being whole."""

import csv
import json
import subprocess
import sys

import pyarrow.parquet as pq
import pyreadstat
import pytest
from openpyxl import load_workbook

from edc.exchange import manifest
from edc.exchange.cells import safe
from edc.exchange.formats import CSV, EXCEL, PARQUET, PASSES, REVIEW, SAS, SPSS, STATA
from edc.exchange.legal_names import legal_names
from edc.exchange.record import from_json, to_json
from tests.edc.exchange.making import counted, package, some_subjects


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A package of the small design's subjects in every format of tables."""
    from tests.factories.designs import small_design

    design = small_design()
    folder = tmp_path_factory.mktemp("package")
    made = package(folder, design, some_subjects(design, 3))
    made.make([CSV, PARQUET, EXCEL, SPSS, STATA, SAS, PASSES, REVIEW])
    return made


def rows(made, name):
    with (made.folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.requirement("P2")
def test_every_file_agrees_with_the_counts_of_the_database(whole):
    assert sum(each.counts for each in whole.compared) > 100
    assert [each.path for each in whole.compared if each.differences] == []


def test_the_long_table_has_a_row_for_each_value_with_both_units(whole):
    subjects = list(whole.source.subjects(None))
    values = [value for subject in subjects for _event, form in subject.forms() for value in form.values]
    long = rows(whole, "data/long.csv")
    assert len(long) == len(values)
    bili = next(row for row in long if row["ITEM"] == "IT.LBC.BILI" and row["VALUE"])
    assert (bili["UNIT"], bili["STANDARD_UNIT"]) == ("umol/L", "umol/L")
    assert bili["STANDARD_VALUE"]
    assert bili["STREAM"] == "entry-1"


def test_a_wide_table_has_codes_with_their_labels_and_the_rows_of_a_group_their_keys(whole):
    sexes = {(row["SEX"], row["SEX__L"]) for row in rows(whole, "data/wide/DM.csv") if row["SEX"]}
    assert sexes <= {("M", "M(中)"), ("F", "F(中)")}
    assert sexes
    assert {row["ROW"] for row in rows(whole, "data/wide/TXSROW.csv")} == {"1", "3"}


def test_parquet_has_numbers_and_days_as_such(whole):
    schema = pq.read_schema(whole.folder / "parquet" / "LBC.parquet")
    assert str(schema.field("BILI").type) == "double"
    assert schema.field("BILI").metadata[b"unit"] == b"umol/L"
    assert (
        str(pq.read_schema(whole.folder / "parquet" / "TXSROW.parquet").field("TXDAT").type) == "date32[day]"
    )


def test_spss_and_stata_know_missing_codes_as_their_own_and_label_codes(whole):
    frame, meta = pyreadstat.read_sav(whole.folder / "spss" / "LBC.sav", user_missing=True)
    assert meta.missing_ranges["BILI"] == [{"lo": -99994.0, "hi": -99991.0}]
    coded = frame["BILI"] <= -99991
    assert coded.any()
    read, _meta = pyreadstat.read_sav(whole.folder / "spss" / "LBC.sav")
    assert read["BILI"].isna().sum() >= coded.sum()
    _frame, meta = pyreadstat.read_sav(whole.folder / "spss" / "DM.sav")
    assert "M M(中)" in meta.variable_value_labels["SEX"].values()
    stata, meta = pyreadstat.read_dta(whole.folder / "stata" / "LBC.dta", user_missing=True)
    assert set(meta.missing_user_values["BILI"]) <= {"d", "u", "a", "e"}
    assert stata["BILI"].isin(["d", "u", "a", "e"]).sum() == coded.sum()


def test_the_workbook_explains_itself_and_holds_every_table(whole):
    book = load_workbook(whole.folder / "excel" / f"{whole.source.citation}.xlsx", read_only=True)
    assert book.sheetnames[:3] == ["README", "CODEBOOK", "CODES"]
    assert book["README"]["A1"].value == "Study"
    assert {table.name for table in whole.tables} <= set(book.sheetnames)


def test_the_codebook_names_each_item_in_both_languages_and_in_each_package(whole):
    items = {row["ITEM"]: row for row in rows(whole, "codebook/items.csv")}
    assert (items["IT.DM.AGE"]["LABEL_ZH"], items["IT.DM.AGE"]["LABEL_EN"]) == ("AGE(中)", "AGE")
    assert items["IT.LBC.ALBI"]["FORMULA"] == "ALBI"
    assert items["IT.DM.NOTE"]["IDENTIFIER_CLASS"] == "free_text"
    assert any(row["COLUMN"] == "COHORT_" and row["SPSS"] for row in rows(whole, "codebook/names.csv"))


@pytest.mark.requirement("P3")
def test_a_sealed_package_is_proved_by_its_own_program_and_a_changed_byte_is_found(whole, tmp_path):
    values = {}
    for row in rows(whole, "data/long.csv"):
        key = f"{row['FORM']} {row['ITEM']}"
        values[key] = values.get(key, 0) + 1
    manifest.seal(whole.folder, {"citation": "C-1", "values": values}, whole.rows, whole.compared)
    held = json.loads((whole.folder / "manifest.json").read_text())
    assert next(each for each in held["files"] if each["path"] == "data/long.csv")["rows"] == sum(
        values.values()
    )

    def verify():
        program = [sys.executable, str(whole.folder / "verify_package.py")]
        return subprocess.run(program, capture_output=True, text=True, check=False)

    assert verify().returncode == 0
    path = whole.folder / "codebook" / "codes.csv"
    path.write_bytes(path.read_bytes() + b"x")
    refused = verify()
    assert refused.returncode == 1
    assert "altered: codebook/codes.csv" in refused.stdout


def test_a_package_that_lacks_a_value_is_never_sealed(tmp_path, design):
    subjects = some_subjects(design)
    items = counted(subjects)[1]
    made = package(tmp_path, design, subjects, items=items | {"IT.DM.SEX": (99, 0)})
    made.make([CSV])
    with pytest.raises(manifest.Incomplete, match="IT.DM.SEX values"):
        manifest.seal(made.folder, {"citation": "C-1"}, made.rows, made.compared)
    assert not (made.folder / "manifest.json").exists()


def test_names_are_legal_and_unique_whatever_the_case():
    names = legal_names(["a-b", "A_B", "1st", "BY", "x" * 40], longest=32)
    assert list(names.values()) == ["a_b", "A_B_2", "V1st", "BY_", "x" * 32]


def test_a_cell_is_no_formula_and_a_negative_number_stays_one():
    assert [safe(each) for each in ("=1+1", "-3.5", "+86 131", "@x", "a")] == [
        "'=1+1",
        "-3.5",
        "'+86 131",
        "'@x",
        "a",
    ]


def test_a_subject_comes_back_from_its_json(design):
    subject = some_subjects(design)[0]
    assert from_json(to_json(subject)) == subject
    assert to_json(from_json(to_json(subject))) == to_json(subject)
