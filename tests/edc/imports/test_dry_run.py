"""The dry run says of each cell what would become of it, and writes nothing to the study."""

import openpyxl
import pytest

from edc.models import FormInstance, Hold, ItemValue
from edc.services.data_import.batches import request_check, upload_file
from edc.services.data_import.dry_run import check_batch
from edc.services.data_import.report import report_path
from edc.services.entry import submit_entry
from edc.services.lock import lock_form
from tests.edc.imports.conftest import CONSENT, csv_of, mapping_for
from tests.factories.entering import form_of, record


def outcomes(batch):
    return {(each.line, each.column): each.outcome for each in batch.cells.all()}


def said(batch, column):
    return batch.cells.get(column=column)


def test_new_values_are_accepted_and_nothing_is_written(checked, subject):
    key = subject.subject_key
    batch = checked(
        {"SUBJID": key, **CONSENT},
        {"SUBJID": key, "VISIT": "Screening", "SEX": "F", "AGE": "５８"},
    )

    assert batch.state == "checked"
    assert {outcome for outcome in outcomes(batch).values()} == {"accepted"}
    assert (batch.counts["accepted"], batch.counts["empty"]) == (4, 4)
    assert batch.counts["forms"] == 2
    assert not ItemValue.objects.exists()
    assert form_of(subject, "FO.DM").status == FormInstance.Status.TO_DO


def test_a_form_without_consent_is_rejected_and_says_so(checked, subject):
    batch = checked({"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN", "SEX": "F", "AGE": "58"})

    assert set(outcomes(batch).values()) == {"rejected"}
    assert "consent" in said(batch, "SEX").message_en


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ({"AGE": "fifty"}, "AGE", "Must be a number"),
        ({"AGE": "400"}, "AGE", "outside 0 – 120"),
        ({"SEX": "X"}, "SEX", "not one of the choices"),
        ({"AGE": ""}, "SEX", "lacks required items: AGE"),
    ],
)
def test_what_cannot_be_is_rejected_with_the_reason(checked, complete, subject, line, column, words):
    complete("FO.IC")
    values = {"VISIT": "SE.SCREEN", "SEX": "F", "AGE": "58", **line}

    batch = checked({"SUBJID": subject.subject_key, **values})

    cell = said(batch, column)
    assert cell.outcome == "rejected"
    assert words in cell.message_en
    assert cell.message_zh
    assert batch.counts["forms"] == 0


def test_a_completed_form_shows_unchanged_changed_and_blank(checked, complete, subject):
    complete("FO.DM", NOTE="Old")

    batch = checked(
        {"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN", "SEX": "F", "AGE": "59", "NOTE": ""}
    )

    assert [said(batch, name).outcome for name in ("SEX", "AGE", "NOTE")] == ["unchanged", "changed", "blank"]
    assert (said(batch, "AGE").before, said(batch, "AGE").after) == ("58", "59")


def test_a_blank_cell_clears_only_where_that_was_asked(checked, complete, subject):
    complete("FO.DM", NOTE="Old")
    line = {"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN", "NOTE": ""}

    assert said(checked(line), "NOTE").outcome == "blank"
    assert said(checked(line, blanks="clear"), "NOTE").outcome == "changed"


def test_a_locked_form_and_one_in_double_entry_are_named_never_skipped(
    checked, complete, subject, crcs, manager
):
    lock_form(form=complete("FO.DM"), actor=manager, reason="Clean")
    complete("FO.ENR")
    submit_entry(
        form=form_of(subject, "FO.LBC"),
        actor=crcs[0],
        record=record({"IT.LBC.BILI": "9", "IT.LBC.ALB": "40"}),
    )

    batch = checked(
        {"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN", "AGE": "61", "BILI": ""},
        {"SUBJID": subject.subject_key, "VISIT": "SE.BASELINE", "AGE": "", "BILI": "12"},
    )

    assert outcomes(batch)[2, "AGE"] == "locked"
    cell = batch.cells.get(line=3, column="BILI")
    assert cell.outcome == "in_entry"
    assert cell.before == ""
    assert "twice" in cell.message_en


def test_another_sites_subject_is_out_of_scope_and_shows_nothing_held(
    checked, complete, subject, member, other_site
):
    complete("FO.DM")
    stranger = member("max", "data_manager", other_site)

    batch = checked({"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN", "AGE": "59"}, actor=stranger)

    cell = said(batch, "AGE")
    assert (cell.outcome, cell.before) == ("out_of_scope", "")


def test_a_check_that_fires_stands_beside_its_cell(checked, complete, subject):
    complete("FO.DM")

    batch = checked(
        {"SUBJID": subject.subject_key, "VISIT": "SE.BASELINE", "BILI": "10", "ALB": "41", "BILDIR": "30"}
    )

    assert [each["rule"] for each in said(batch, "BILDIR").checks] == ["EC069"]
    assert batch.counts["checks"] == 1


def test_a_unit_is_converted_and_another_is_rejected(checked, complete, subject):
    complete("FO.DM")
    line = {"SUBJID": subject.subject_key, "VISIT": "SE.BASELINE", "BILI": "1.4", "ALB": "41"}
    items = mapping_for(line)["items"]

    good = checked(line, items=items | {"BILI": {"item": "IT.LBC.BILI", "unit": "mg/dL"}})
    bad = checked(line, items=items | {"BILI": {"item": "IT.LBC.BILI", "unit": "mmol/L"}})

    assert (said(good, "BILI").outcome, said(good, "BILI").after) == ("accepted", "1.4 mg/dL")
    assert said(bad, "BILI").outcome == "rejected"
    assert "not offered" in said(bad, "BILI").message_en


def test_a_computed_item_is_compared_not_written(checked, complete, subject):
    complete("FO.DM")
    line = {"SUBJID": subject.subject_key, "VISIT": "SE.BASELINE", "BILI": "12.5", "ALB": "41"}

    # ALBI = 0.66 * log10(12.5) - 0.085 * 41 = 0.66 * 1.09691 - 3.485 = -2.76104
    assert said(checked(line | {"ALBI": "-2.76"}), "ALBI").outcome == "unchanged"
    assert said(checked(line | {"ALBI": "-1"}), "ALBI").outcome == "rejected"


def test_rows_without_key_are_new_rows_and_the_same_rows_again_are_not(imported, checked, complete, subject):
    complete("FO.DM")
    lines = [
        {
            "SUBJID": subject.subject_key,
            "VISIT": "SE.CYCLE",
            "DRUG": "ATEZO",
            "DOSE": "1200",
            "PARTS": "BEV|LENV",
        },
        {"SUBJID": subject.subject_key, "VISIT": "SE.CYCLE", "DRUG": "BEV", "DOSE": "15", "PARTS": ""},
    ]

    first = imported(*lines)
    paths = {each.path for each in first.cells.filter(outcome="accepted")}
    again = checked(*lines)

    assert first.state == "committed"
    assert {"IT.TXS.DRUG[1]", "IT.TXS.DRUG[2]", "IT.TXS.PARTS[1]"} <= paths
    assert set(outcomes(again).values()) == {"unchanged"}


@pytest.mark.requirement("I10")
def test_the_workbook_names_every_cell_and_no_cell_is_a_formula(checked, complete, subject):
    complete("FO.IC")
    batch = checked(
        {
            "SUBJID": subject.subject_key,
            "VISIT": "SE.SCREEN",
            "SEX": "F",
            "AGE": "58",
            "NOTE": '=HYPERLINK("x")',
        }
    )

    book = openpyxl.load_workbook(report_path(batch))
    rows = {row[1].value: row for row in book["单元格 cells"].iter_rows(min_row=2)}

    assert set(rows) == {"SEX", "AGE", "NOTE"}
    assert {row[10].value for row in rows.values()} == {"accepted"}
    assert rows["NOTE"][8].value == '=HYPERLINK("x")'
    assert rows["NOTE"][8].data_type == "s"


def test_a_file_that_lacks_a_column_fails_and_names_it(study, manager):
    batch = upload_file(study=study, file_name="a.csv", chunks=[csv_of({"SUBJID": "1"})], actor=manager)
    request_check(batch=batch, mapping=mapping_for({"SUBJID": "", "AGE": ""}), actor=manager)

    check_batch(batch_id=batch.pk)
    batch.refresh_from_db()

    assert batch.state == "failed"
    assert "AGE" in batch.problem_en
    assert "AGE" in batch.problem_zh


@pytest.mark.parametrize("level", ["form", "subject", "site"])
def test_what_is_frozen_at_any_level_is_named(checked, complete, subject, site, manager, level):
    form = complete("FO.DM")
    places = {
        "form": {"form": form, "event": form.event, "subject": subject},
        "subject": {"subject": subject},
    }
    Hold.objects.create(
        level=level, kind="freeze", study=subject.study, site=site, reason="Clean", placed_by=manager,
        **places.get(level, {}),
    )  # fmt: skip

    batch = checked({"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN", "AGE": "59"})

    assert said(batch, "AGE").outcome == "locked"


def test_a_frozen_item_is_named_and_its_neighbour_is_taken(checked, complete, subject, site, manager):
    form = complete("FO.DM")
    Hold.objects.create(
        level="item", kind="freeze", study=subject.study, site=site, subject=subject, event=form.event,
        form=form, path="IT.DM.AGE", reason="Clean", placed_by=manager,
    )  # fmt: skip

    batch = checked({"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN", "AGE": "59", "SEX": "M"})

    assert (said(batch, "AGE").outcome, said(batch, "SEX").outcome) == ("locked", "changed")


def test_lines_of_one_record_do_not_blank_each_other(checked, complete, subject):
    complete("FO.IC")
    visit = {"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN"}

    batch = checked(visit | {"SEX": "", "AGE": "58"}, visit | {"SEX": "F", "AGE": ""}, blanks="clear")

    assert (batch.counts["accepted"], batch.counts["empty"], batch.counts["forms"]) == (2, 2, 1)


def test_two_values_for_one_item_are_told(checked, complete, subject):
    complete("FO.DM")
    visit = {"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN"}

    batch = checked(visit | {"AGE": "59"}, visit | {"AGE": "60"})

    assert outcomes(batch) == {(2, "AGE"): "changed", (3, "AGE"): "rejected"}
    assert "Line 2" in batch.cells.get(line=3).message_en
