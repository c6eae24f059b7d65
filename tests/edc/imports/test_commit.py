"""A checked file is written as a whole, over the data that the dry run saw, or not at all."""

import pytest
from django.core.exceptions import PermissionDenied

from edc.errors import NotNow
from edc.models import AuditEvent, FormInstance, ImportBatch, ItemValue, Observation, Query, Subject
from edc.services.data_import import files
from edc.services.data_import.commit import commit_batch, request_commit
from edc.services.entry import correct_item, submit_entry
from tests.edc.imports.conftest import CONSENT
from tests.factories.entering import entry, form_of, record

Status = FormInstance.Status


def value(subject, oid):
    return ItemValue.objects.get(form__subject=subject, item_oid=oid)


@pytest.mark.requirement("E1")
def test_values_come_in_as_electronically_transferred_with_audit(imported, subject, manager):
    key = subject.subject_key

    batch = imported(
        {"SUBJID": key, **CONSENT}, {"SUBJID": key, "VISIT": "SE.SCREEN", "SEX": "F(中)", "AGE": "５８"}
    )

    held = value(subject, "IT.DM.AGE")
    assert (held.value, held.raw, held.source_stream) == (58, "５８", "import")
    assert form_of(subject, "FO.DM").status == Status.COMPLETE
    assert value(subject, "IT.DM.SEX").value == "F"
    events = AuditEvent.objects.filter(request_id=str(batch.uid))
    assert {each.channel for each in events} == {"import"}
    assert (
        events.filter(action="entry.imported", reason="Laboratory file of June", actor=manager).count() == 2
    )
    assert events.filter(action="import.committed", target_id=str(batch.pk)).exists()


def test_a_completed_value_is_changed_by_a_revision_with_the_reason(imported, complete, subject):
    complete("FO.DM")

    batch = imported({"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN", "AGE": "59"})

    assert value(subject, "IT.DM.AGE").value == 59
    corrected = AuditEvent.objects.get(action="item.corrected", request_id=str(batch.uid))
    assert (corrected.before["raw"], corrected.after["raw"]) == ("58", "59")
    assert corrected.reason == "Laboratory file of June"
    revision = Observation.objects.get(form__form_oid="FO.DM", stream="adjudicated")
    assert revision.content["items"]["IT.DM.SEX"]["raw"] == "F"


def test_a_check_that_fires_asks_a_query(imported, complete, subject):
    complete("FO.DM")

    imported(
        {"SUBJID": subject.subject_key, "VISIT": "SE.BASELINE", "BILI": "10", "ALB": "41", "BILDIR": "30"}
    )

    assert Query.objects.filter(form__form_oid="FO.LBC", rule_oid="EC069", state="open").exists()


def test_a_first_pass_waits_for_another_person(imported, complete, subject, crcs, manager):
    complete("FO.IC")

    imported(
        {"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN", "SEX": "F", "AGE": "58"}, target="first_pass"
    )

    form = form_of(subject, "FO.DM")
    assert form.status == Status.FIRST_SEALED
    assert not ItemValue.objects.filter(form=form).exists()
    submit_entry(form=form, actor=crcs[1], record=record({"IT.DM.SEX": "F", "IT.DM.AGE": "59"}))
    assert form_of(subject, "FO.DM").status == Status.DISAGREEMENT


def test_subjects_are_added_only_where_the_mapping_says_so(checked, imported, study):
    lines = [{"SUBJID": "01-0007", **CONSENT}]

    assert checked(*lines).counts["rejected"] == 2
    imported(*lines, subjects="same_key")

    subject = Subject.objects.get(study=study, subject_key="01-0007")
    assert value(subject, "IT.IC.ICTYPE").value == "SIGNED"


def test_keys_of_a_source_get_screening_numbers_and_are_known_again(imported, checked, study):
    lines = [{"SUBJID": "PAT-9", "SITE": "S01", **CONSENT}]

    imported(*lines, subjects="new_key")
    again = checked(*lines)

    assert study.subjects.get().subject_key == "01-0001"
    assert again.counts["unchanged"] == 2


def test_a_change_of_the_data_after_the_dry_run_stops_the_import(checked, complete, subject, crcs, manager):
    form = complete("FO.DM")
    batch = checked({"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN", "AGE": "59"})
    correct_item(form=form, path="IT.DM.SEX", entry=entry("M"), reason="Typing", actor=crcs[0])

    request_commit(batch=batch, reason="File", actor=manager)
    commit_batch(batch_id=batch.pk)

    batch.refresh_from_db()
    assert batch.state == "checked"
    assert "changed after the dry run" in batch.problem_en
    assert value(subject, "IT.DM.AGE").value == 58
    assert AuditEvent.objects.filter(action="import.refused").exists()


def test_a_file_that_is_not_the_one_uploaded_is_refused(checked, complete, subject, manager):
    complete("FO.DM")
    batch = checked({"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN", "AGE": "59"})
    files.path_of(batch).write_bytes(b"SUBJID,VISIT,AGE\n01-0001,SE.SCREEN,77\n")

    request_commit(batch=batch, reason="File", actor=manager)
    with pytest.raises(files.NotHeld):
        commit_batch(batch_id=batch.pk)

    assert value(subject, "IT.DM.AGE").value == 58


def test_nothing_is_committed_twice(imported, complete, subject):
    complete("FO.DM")
    batch = imported({"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN", "AGE": "59"})
    before = AuditEvent.objects.count()

    commit_batch(batch_id=batch.pk)

    assert AuditEvent.objects.count() == before


def test_an_import_that_would_write_nothing_is_refused(checked, complete, subject, manager):
    complete("FO.DM")
    batch = checked({"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN", "AGE": "58"})

    with pytest.raises(NotNow):
        request_commit(batch=batch, reason="File", actor=manager)


@pytest.mark.parametrize(("role", "elsewhere"), [("crc", False), ("monitor", False), ("data_manager", True)])
def test_only_a_data_manager_of_the_sites_may_commit(
    checked, complete, subject, member, other_site, site, role, elsewhere
):
    complete("FO.DM")
    batch = checked({"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN", "AGE": "59"})
    actor = member("max", role, other_site if elsewhere else site)

    with pytest.raises(PermissionDenied):
        request_commit(batch=batch, reason="File", actor=actor)

    assert ImportBatch.objects.get().state == "checked"
