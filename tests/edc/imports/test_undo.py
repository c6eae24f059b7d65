"""Undoing a batch restores what stood before, with audit, and lists what it had to leave."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from edc.errors import NotNow
from edc.models import AuditEvent, FormInstance, ImportBatch, ItemValue
from edc.selectors import form_state
from edc.services.data_import.undo import request_undo, undo_batch
from edc.services.entry import correct_item
from tests.edc.imports.conftest import CONSENT
from tests.factories.entering import entry, form_of

Status = FormInstance.Status


def undo(batch, manager):
    request_undo(batch=batch, reason="Wrong file", actor=manager)
    undo_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


def values(subject, form_oid):
    held = ItemValue.objects.filter(form__subject=subject, form__form_oid=form_oid, derived=False)
    return {each.path: each.value for each in held}


def test_a_form_completed_by_the_import_is_to_do_again_and_can_be_entered(imported, subject, manager, enter):
    key = subject.subject_key
    batch = imported(
        {"SUBJID": key, **CONSENT}, {"SUBJID": key, "VISIT": "SE.SCREEN", "SEX": "F", "AGE": "58"}
    )

    done = undo(batch, manager)

    assert (done.state, done.undo_account) == ("undone", [])
    assert form_of(subject, "FO.DM").status == Status.TO_DO
    assert form_state(form_of(subject, "FO.DM"), manager).shown == "nothing"
    assert not ItemValue.objects.filter(form__subject=subject).exists()
    removed = AuditEvent.objects.filter(action="value.changed", after__isnull=True, request_id=str(batch.uid))
    assert removed.filter(path="IT.DM.AGE", reason="Wrong file").exists()
    for form_oid in ("FO.IC", "FO.DM"):
        for number in (1, 2):
            enter(form_of(subject, form_oid), number)
    assert values(subject, "FO.DM") == {"IT.DM.SEX": "F", "IT.DM.AGE": 58}


def test_overwritten_values_stand_again(imported, complete, subject, manager):
    complete("FO.DM")
    batch = imported({"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN", "AGE": "59", "NOTE": "New"})
    assert values(subject, "FO.DM")["IT.DM.NOTE"] == "New"

    undo(batch, manager)

    assert values(subject, "FO.DM") == {"IT.DM.SEX": "F", "IT.DM.AGE": 58}


def test_an_item_changed_since_is_left_and_listed(imported, complete, subject, manager, crcs):
    complete("FO.DM")
    batch = imported({"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN", "AGE": "59", "SEX": "M"})
    form = form_of(subject, "FO.DM")
    correct_item(form=form, path="IT.DM.AGE", entry=entry("60"), reason="Source", actor=crcs[0])

    done = undo(batch, manager)

    assert [each["path"] for each in done.undo_account] == ["IT.DM.AGE"]
    assert values(subject, "FO.DM") == {"IT.DM.SEX": "F", "IT.DM.AGE": 60}


def test_a_first_pass_is_withdrawn_until_the_second_begins(imported, complete, subject, manager, enter):
    complete("FO.IC")
    line = {"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN", "SEX": "F", "AGE": "57"}
    batch = imported(line, target="first_pass")

    undo(batch, manager)

    assert form_of(subject, "FO.DM").status == Status.TO_DO
    for number in (1, 2):
        enter(form_of(subject, "FO.DM"), number)
    assert values(subject, "FO.DM")["IT.DM.AGE"] == 58


def test_an_import_overtaken_in_everything_cannot_be_undone(imported, complete, subject, manager, crcs):
    complete("FO.DM")
    batch = imported({"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN", "AGE": "59"})
    correct_item(
        form=form_of(subject, "FO.DM"), path="IT.DM.AGE", entry=entry("60"), reason="Source", actor=crcs[0]
    )

    left = undo(batch, manager)

    assert (left.state, left.undone_by, left.undo_reason) == ("committed", None, "")
    assert left.problem_en.startswith("Nothing of this import can be undone")
    assert values(subject, "FO.DM")["IT.DM.AGE"] == 60
    refused = AuditEvent.objects.get(action="import.undo_refused")
    assert (refused.actor, refused.after["en"]) == (manager, left.problem_en)


def test_who_saves_meanwhile_is_named_as_the_cause_in_both_languages(imported, complete, subject, manager):
    complete("FO.IC")
    line = {"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN", "SEX": "F", "AGE": "57"}
    batch = imported(line, target="first_pass")
    others = [Status.SECOND_DRAFT]

    def somebody_saves(execute, sql, params, many, context):
        """Come in between what was read and the compare-and-set of the form's status."""
        if others and sql.startswith('UPDATE "edc_forminstance" SET "status"'):
            FormInstance.objects.filter(form_oid="FO.DM").update(status=others.pop())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(somebody_saves):
        undo(batch, manager)

    assert (others, batch.state) == ([], "committed")
    assert batch.problem_en.startswith("Somebody changed this a moment ago")
    assert batch.problem_zh not in ("", batch.problem_en)
    assert form_of(subject, "FO.DM").status == Status.FIRST_SEALED


def test_an_import_under_way_of_undoing_is_not_undone_twice(imported, complete, subject, manager):
    complete("FO.DM")
    batch = imported({"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN", "AGE": "59"})
    request_undo(batch=batch, reason="Wrong file", actor=manager)

    with pytest.raises(NotNow):
        request_undo(batch=batch, reason="Wrong file", actor=manager)
    ImportBatch.objects.update(moved_at=timezone.now() - timedelta(hours=1))
    undo(batch, manager)

    assert values(subject, "FO.DM")["IT.DM.AGE"] == 58


def test_a_row_key_of_an_undone_import_is_not_used_again(imported, complete, subject, manager):
    complete("FO.DM")
    line = {"SUBJID": subject.subject_key, "VISIT": "SE.CYCLE", "DRUG": "BEV", "DOSE": "15"}
    undo(imported(line), manager)

    imported(line | {"DOSE": "16"})

    assert values(subject, "FO.TXS") == {"IT.TXS.DRUG[2]": "BEV", "IT.TXS.DOSE[2]": "16"}
