"""A frozen data set: made by the data manager, complete as of one audit event, and never changed."""

import zlib

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from edc.errors import NotNow
from edc.exchange.record import from_json
from edc.models import AuditEvent, Snapshot, SnapshotRequest
from edc.services import background
from edc.services.consent.giving import Withdrawn, withdraw_consent
from edc.services.entry import correct_item
from edc.services.snapshot import cancel_snapshot, freeze, request_snapshot
from tests.factories.entering import entry


def values_of(snapshot):
    part = snapshot.parts.get()
    subject = from_json(zlib.decompress(bytes(part.content)))
    return {value.path: value for _event, form in subject.forms() for value in form.values}


def test_a_snapshot_holds_what_the_database_counts_and_says_as_of_which_event(freezing, complete, subject):
    complete("FO.DM", PACKYRS=None)

    snapshot = freezing()

    about = snapshot.counts["sites"]["S01"]
    assert (about["subjects"], about["forms"]["FO.DM"]["records"]) == (1, 1)
    assert about["forms"]["FO.DM"]["items"]["IT.DM.SEX"] == [1, 0]
    assert values_of(snapshot)["IT.DM.SEX"].value == "F"
    assert snapshot.citation == f"{snapshot.study.oid}-S001-{snapshot.content_sha256[:12]}"
    event = AuditEvent.objects.get(pk=snapshot.audit_event)
    assert event.hash == snapshot.audit_hash
    frozen = AuditEvent.objects.get(action="snapshot.frozen")
    assert frozen.actor.username == "meg"
    assert frozen.after["sha256"] == snapshot.content_sha256


def test_what_changes_while_the_copy_is_made_is_in_it(freezing, complete, subject, crcs):
    form = complete("FO.DM")

    def correct():
        correct_item(form=form, path="IT.DM.AGE", entry=entry("61"), reason="Source", actor=crcs[0])

    snapshot = freezing(during=correct)

    assert values_of(snapshot)["IT.DM.AGE"].value == 61


@pytest.mark.requirement("I11")
def test_a_later_change_leaves_the_snapshot_as_it_was(freezing, complete, subject, crcs):
    form = complete("FO.DM")
    before = freezing()
    correct_item(form=form, path="IT.DM.AGE", entry=entry("61"), reason="Source", actor=crcs[0])

    assert values_of(before)["IT.DM.AGE"].value == 58
    after = freezing("Second")
    assert values_of(after)["IT.DM.AGE"].value == 61
    assert after.number == 2
    assert after.content_sha256 != before.content_sha256


def test_two_snapshots_of_the_same_data_have_the_same_hash(freezing, complete):
    complete("FO.DM")
    assert freezing().content_sha256 == freezing("Again").content_sha256


@pytest.mark.requirement("I13")
def test_nothing_of_an_open_pass_is_frozen(freezing, enter, subject):
    from tests.factories.entering import form_of

    enter(form_of(subject, "FO.IC"), 1)
    snapshot = freezing()
    part = from_json(zlib.decompress(bytes(snapshot.parts.get().content)))
    assert all(not form.values and not form.passes for _event, form in part.forms())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE edc_snapshot SET name = 'x'",
        "DELETE FROM edc_snapshot",
        "UPDATE edc_snapshotpart SET sha256 = 'x'",
        "DELETE FROM edc_snapshotpart",
    ],
)
@pytest.mark.requirement("I11")
def test_the_database_refuses_to_change_what_is_frozen(freezing, complete, statement):
    complete("FO.DM")
    freezing()
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize("role", ["crc", "monitor", "investigator", "auditor", "administrator"])
def test_only_the_data_manager_freezes(study, member, role):
    with pytest.raises(PermissionDenied):
        request_snapshot(study=study, name="x", note="", actor=member("x", role, study_wide=True))
    assert not SnapshotRequest.objects.exists()


def test_one_snapshot_at_a_time_and_a_cancelled_one_leaves_nothing(study, meg, complete):
    complete("FO.DM")
    asked = request_snapshot(study=study, name="x", note="", actor=meg)
    with pytest.raises(NotNow):
        request_snapshot(study=study, name="y", note="", actor=meg)
    work = background.claim(SnapshotRequest, asked.pk, "t", "w")
    cancel_snapshot(request=work, actor=meg)
    with pytest.raises(background.WorkCancelled):
        freeze(work, lambda percent, step: background.report(work, percent, step))
    background.end_badly(work, background.WorkCancelled())
    assert SnapshotRequest.objects.get().state == "cancelled"
    assert not Snapshot.objects.exists()
    request_snapshot(study=study, name="y", note="", actor=meg)


def test_work_that_ended_meanwhile_is_not_told_as_cancelled(study, meg):
    asked = request_snapshot(study=study, name="x", note="", actor=meg)
    SnapshotRequest.objects.update(state="done")

    with pytest.raises(NotNow):
        cancel_snapshot(request=asked, actor=meg)

    assert SnapshotRequest.objects.get().cancel_requested_at is None
    assert not AuditEvent.objects.filter(action="snapshot.cancelled").exists()


@pytest.mark.parametrize("when", ["before", "during"])
def test_who_withdrew_the_use_of_the_data_is_left_out(freezing, complete, subject, crcs, when):
    complete("FO.DM")
    withdrawn = Withdrawn(subject.created_at.date(), use_of_data=True)

    def withdraw():
        withdraw_consent(subject=subject, withdrawn=withdrawn, reason="Own wish", actor=crcs[0])

    if when == "before":
        withdraw()
    snapshot = freezing(during=withdraw if when == "during" else None)

    assert (snapshot.subject_count, snapshot.value_count, snapshot.parts.count()) == (0, 0, 0)
    assert AuditEvent.objects.get(action="snapshot.frozen").after["use_withdrawn"] == 1
