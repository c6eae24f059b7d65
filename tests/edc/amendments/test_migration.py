"""A migration does what was rehearsed, subject by subject, or stops before the subject that differs."""

import pytest

from edc.errors import NotNow
from edc.models import AuditEvent, DesignMigration, FormInstance, Hold, HoldKind, Observation
from edc.services.amendment import migrate, request_migration
from edc.services.enrol import enrol_subject
from edc.services.entry import correct_item
from edc.services.sign import sign_form
from tests.factories.entering import entry, form_of
from tests.factories.models import PASSWORD
from tests.factories.quality import HoldFactory

pytestmark = pytest.mark.django_db
State = DesignMigration.State


def test_it_yields_the_numbers_of_the_rehearsal(entered, rehearsed, migrated, later):
    rehearsal = rehearsed()
    migration = migrated(rehearsal)
    assert (migration.state, migration.error_en) == (State.DONE, "")
    assert migration.counts == rehearsal.counts
    entered.refresh_from_db()
    assert entered.design_version == later
    assert AuditEvent.objects.filter(action="subject.migrated", subject=entered).count() == 1


def test_forms_carry_the_version_they_are_asked_in(entered, rehearsed, migrated, version, later):
    migrated(rehearsed())
    pins = {oid: form_of(entered, oid).design_version for oid in ("FO.DM", "FO.LBC", "FO.IC", "FO.TXS")}
    assert pins == {"FO.DM": later, "FO.LBC": later, "FO.IC": version, "FO.TXS": later}
    assert not entered.events.filter(event_oid="SE.AE").exists()
    assert entered.forms.filter(event__event_oid="SE.BASELINE", form_oid="FO.TXS").exists()


def test_values_follow_and_what_was_sealed_stays(entered, rehearsed, migrated):
    sealed = Observation.objects.filter(form__form_oid="FO.DM", stream="entry-1").get().content
    migrated(rehearsed())
    values = {row.path: row for row in form_of(entered, "FO.DM").values.all()}
    assert "IT.DM.NOTE" not in values
    assert Observation.objects.filter(form__form_oid="FO.DM", stream="entry-1").get().content == sealed
    assert sealed["items"]["IT.DM.NOTE"]["raw"] == "As told"
    bilirubin = form_of(entered, "FO.LBC").values.get(item_oid="IT.LBC.BILI")
    assert (bilirubin.value, bilirubin.unit) == ("20", "umol/L")
    assert float(bilirubin.standard_value) == pytest.approx(20 / 17.1)
    dropped = AuditEvent.objects.get(path="IT.DM.NOTE", action="value.changed")
    assert (dropped.before["value"], dropped.after, dropped.reason) == ("As told", None, "Amendment 2")


def test_the_site_can_answer_what_the_amendment_asks(entered, rehearsed, migrated, crcs):
    migrated(rehearsed())
    form = form_of(entered, "FO.DM")
    query = form.queries.get(path="IT.DM.HEIGHT", state="open")
    correct_item(form=form, path="IT.DM.HEIGHT", entry=entry("170"), reason="Asked now", actor=crcs[0])
    query.refresh_from_db()
    assert query.state == "closed"


def test_a_signature_breaks_only_where_the_form_changes(entered, rehearsed, migrated, member):
    investigator = member("pi", "investigator")
    for oid in ("FO.DM", "FO.IC"):
        sign_form(form=form_of(entered, oid), actor=investigator, password=PASSWORD, meaning="reviewed")
    migrated(rehearsed())
    broken = {oid: form_of(entered, oid).signatures.get().broken_at is not None for oid in ("FO.DM", "FO.IC")}
    assert broken == {"FO.DM": True, "FO.IC": False}


def test_data_changed_since_end_it_before_the_first_write(entered, rehearsed, migrated, crcs, version):
    rehearsal = rehearsed()
    form = form_of(entered, "FO.LBC")
    correct_item(form=form, path="IT.LBC.ALB", entry=entry("41"), reason="Typing", actor=crcs[0])
    migration = migrated(rehearsal)
    assert (migration.state, migration.error_code) == (State.FAILED, "conflict")
    assert entered.subject_key in migration.error_zh
    entered.refresh_from_db()
    assert entered.design_version == version


def test_a_subject_enrolled_since_ends_it(entered, rehearsed, migrated, site, member):
    rehearsal = rehearsed()
    newcomer = enrol_subject(site=site, actor=member("ada", "crc"))
    assert newcomer.subject_key in migrated(rehearsal).error_en


def test_another_result_than_foretold_is_named_and_undone(entered, rehearsed, migrated, version, monkeypatch):
    rehearsal = rehearsed()
    from edc.services.amendment import subject as one  # noqa: PLC0415 - to let a day pass in its rules

    monkeypatch.setattr(one, "missing_text", lambda number: ("", ""))
    monkeypatch.setattr(one, "MISSING_RULE", "AMENDMENT.OTHER")
    migration = migrated(rehearsal)
    assert migration.state == State.FAILED
    assert "IT.DM.HEIGHT" in migration.error_en
    entered.refresh_from_db()
    assert (entered.design_version, migration.subjects.count()) == (version, 0)


def test_a_killed_worker_goes_on_where_it_was(entered, rehearsed, migrated, site, member, later):
    enrol_subject(site=site, actor=member("ada", "crc"))
    rehearsal = rehearsed()

    def killed(asked, report):
        def until(percent, what):
            if percent:
                raise SystemExit
            report(percent, what)

        migrate(asked, until)

    with pytest.raises(SystemExit):
        migrated(rehearsal, step=killed)
    migration = rehearsal.migration
    assert (migration.subjects.count(), migration.state) == (1, State.RUNNING)
    migrate(migration, lambda percent, what: None)
    migration.refresh_from_db()
    assert (migration.state, migration.counts) == (State.DONE, rehearsal.counts)
    assert AuditEvent.objects.filter(action="subject.migrated").count() == 2


def test_locked_forms_and_forms_under_entry_stay_and_are_named(
    entered, rehearsed, migrated, manager, version
):
    dm, lbc = form_of(entered, "FO.DM"), form_of(entered, "FO.LBC")
    HoldFactory(study=entered.study, site=entered.site, subject=entered, event=dm.event, form=dm,
                level="form", kind=HoldKind.LOCK, placed_by=manager)  # fmt: skip
    cycle = entered.forms.get(form_oid="FO.LBC", event__event_oid="SE.CYCLE")
    FormInstance.objects.filter(pk=cycle.pk).update(status="first_sealed")
    rehearsal = rehearsed()
    line = rehearsal.lines.get()
    assert (line.counts["form_locked"], line.counts["form_under_entry"]) == (1, 1)
    migrated(rehearsal)
    assert form_of(entered, "FO.DM").design_version == version
    assert entered.forms.get(pk=cycle.pk).design_version == version
    assert entered.forms.get(pk=lbc.pk).design_version != version
    Hold.objects.update(lifted_at=rehearsal.ended_at, lifted_by=manager, lifted_reason="Over")
    assert rehearsed().lines.get().counts["form_migrated"] == 1


def test_it_needs_the_version_to_hold_at_the_site(entered, rehearsed, manager):
    with pytest.raises(NotNow, match="S01"):
        request_migration(rehearsal=rehearsed(), reason="Now", actor=manager)
