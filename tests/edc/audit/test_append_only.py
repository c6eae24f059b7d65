"""The database itself refuses to change what is append-only, and the chain names the first row that was."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from edc import audit
from edc.models import AuditEvent, AuditHead
from tests.factories import amendments, checks, safety, training
from tests.factories import backups as kept
from tests.factories import entry_plan as plan
from tests.factories import models as factories
from tests.factories import snapshots as frozen
from tests.factories.coding import DictionaryFactory, DictionaryTermFactory
from tests.factories.conduct import SpecimenStepFactory
from tests.factories.design_drafts import DesignDraftStepFactory
from tests.factories.double_entry import DecisionFactory
from tests.factories.guards import FIXED, GUARDED, dropping, making

ROWS = {
    "edc_auditevent": (factories.AuditEventFactory, "action = 'x'"),
    "edc_observation": (factories.ObservationFactory, "content_sha256 = 'x'"),
    "edc_disagreement": (factories.DisagreementFactory, "path = 'x'"),
    "edc_resolution": (factories.ResolutionFactory, "reason = 'x'"),
    "edc_decision": (DecisionFactory, "reason = 'x'"),
    "edc_entryseed": (plan.EntrySeedFactory, "seed = 'x'"),
    "edc_entryterms": (plan.EntryTermsFactory, "reason = 'x'"),
    "edc_entryrate": (plan.EntryRateFactory, "percent = 7"),
    "edc_entrydraw": (plan.EntryDrawFactory, "number = 7"),
    "edc_recheck": (plan.RecheckFactory, "content_sha256 = 'x'"),
    "edc_rehearsalline": (amendments.RehearsalLineFactory, "obstacle = 'x'"),
    "edc_migratedsubject": (amendments.MigratedSubjectFactory, "effects_sha256 = 'x'"),
    "edc_dictionary": (DictionaryFactory, "version = 'x'"),
    "edc_dictionaryterm": (DictionaryTermFactory, "en = 'x'"),
    "edc_designversion": (factories.DesignVersionFactory, "sha256 = 'x'"),
    "edc_designdraftstep": (DesignDraftStepFactory, "text = 'x'"),
    "edc_auditreview": (factories.AuditReviewFactory, "findings = 'x'"),
    "edc_redactedcell": (factories.RedactedCellFactory, "column_name = 'x'"),
    "edc_querymessage": (factories.QueryMessageFactory, "text = 'x'"),
    "edc_uatrun": (checks.UatRunFactory, "passed = 0"),
    "edc_snapshot": (frozen.SnapshotFactory, "name = 'x'"),
    "edc_snapshotpart": (frozen.SnapshotPartFactory, "sha256 = 'x'"),
    "edc_studydocument": (training.StudyDocumentFactory, "title_zh = 'x'"),
    "edc_documentwithdrawal": (training.DocumentWithdrawalFactory, "reason = 'x'"),
    "edc_trainingrecord": (training.TrainingRecordFactory, "trainer = 'x'"),
    "edc_statementacceptance": (training.StatementAcceptanceFactory, "text = 'x'"),
    "edc_specimenstep": (SpecimenStepFactory, "condition = 'x'"),
    "edc_safetyreport": (safety.SafetyReportFactory, "content_sha256 = 'x'"),
    "edc_safetydecision": (safety.SafetyDecisionFactory, "action = 'stop'"),
    "edc_backup": (kept.BackupFactory, "problem = 'x'"),
    "edc_restoredrill": (kept.RestoreDrillFactory, "passed = false"),
    "edc_archivereceipt": (kept.ArchiveReceiptFactory, "code = 'x'"),
    "edc_formulaadoption": (checks.FormulaAdoptionFactory, "reason = 'x'"),
}


def execute(statement, parameters=None):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def test_every_guarded_table_is_tried_here():
    assert set(ROWS) | {"edc_audithead"} == set(GUARDED)


@pytest.mark.django_db
@pytest.mark.requirement("I4", "E4")
def test_every_guard_is_in_the_migrated_database():
    """A later migration that rebuilds a table on SQLite would lose its triggers."""
    catalogue = {
        "sqlite": "SELECT tbl_name, count(*) FROM sqlite_master WHERE type = 'trigger' GROUP BY tbl_name",
        "postgresql": "SELECT relname, count(*) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " JOIN pg_proc ON pg_proc.oid = tgfoid WHERE proname LIKE 'edc_refuse%' GROUP BY relname",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(catalogue)
        found = dict(cursor.fetchall())
    on_sqlite = {table: len(operations) for table, operations in GUARDED.items()}
    expected = on_sqlite if connection.vendor == "sqlite" else dict.fromkeys(GUARDED, 2)
    assert found == expected | dict.fromkeys(FIXED, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("table", ROWS)
@pytest.mark.requirement("P5", "N2")
def test_rows_are_neither_changed_nor_deleted(table):
    make, change = ROWS[table]
    row = make()
    with pytest.raises(DatabaseError, match="append-only"):
        execute(f"UPDATE {table} SET {change} WHERE id = %s", [row.pk])
    with pytest.raises(DatabaseError, match="append-only"):
        execute(f"DELETE FROM {table} WHERE id = %s", [row.pk])
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        type(row).objects.filter(pk=row.pk).delete()
    assert type(row).objects.filter(pk=row.pk).exists()


@pytest.mark.django_db
def test_the_head_is_not_deleted():
    AuditHead.objects.get_or_create(pk=1, defaults={"last_hash": audit.GENESIS})
    with pytest.raises(DatabaseError, match="append-only"):
        execute("DELETE FROM edc_audithead")


@pytest.mark.django_db
@pytest.mark.parametrize("table", GUARDED)
@pytest.mark.requirement("I4")
def test_tables_are_not_truncated(table):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(DatabaseError, match="append-only|foreign key"):
        execute(f"TRUNCATE {table} CASCADE")


@pytest.fixture
def chain(db):
    """Five chained events of one person."""
    actor = factories.UserFactory()
    with transaction.atomic():
        return [
            audit.record(actor=actor, action=f"test.{n}", target=actor, after={"n": n, "名": "值"})
            for n in range(5)
        ]


@pytest.fixture
def unguarded(chain):
    """The same with the triggers gone, as one who owns the database could have it."""
    for statement in dropping(connection.vendor):
        execute(statement)
    yield chain
    for statement in making(connection.vendor):
        execute(statement)


def verify():
    out = StringIO()
    try:
        call_command("verify_audit", stdout=out, skip_checks=True)
    except SystemExit as ended:
        return ended.code, out.getvalue()
    return 0, out.getvalue()


def test_an_untouched_chain_is_ok(chain):
    assert verify() == (0, "OK 5\n")


@pytest.mark.parametrize("column", ["after", "reason", "actor_name", "at", "blinded", "site_id", "hash"])
@pytest.mark.requirement("P1")
def test_an_altered_row_is_named(unguarded, column):
    value = {"after": '{"n": 7}', "at": "2020-01-01 00:00:00+00:00", "site_id": None}.get(column, "x")
    if column == "site_id":
        value = factories.SiteFactory().pk
    execute(f"UPDATE edc_auditevent SET {column} = %s WHERE id = %s", [value, unguarded[2].pk])
    code, text = verify()
    assert code == 1
    assert f"row {unguarded[2].pk}:" in text
    assert "(2 rows before it hold)" in text


@pytest.mark.parametrize("gone", [0, 2])
@pytest.mark.requirement("P1")
def test_a_removed_row_is_noticed_at_the_next(unguarded, gone):
    execute("DELETE FROM edc_auditevent WHERE id = %s", [unguarded[gone].pk])
    code, text = verify()
    assert code == 1
    assert f"row {unguarded[gone + 1].pk}:" in text


@pytest.mark.requirement("P1")
def test_removed_last_rows_are_noticed_at_the_end(unguarded):
    execute("DELETE FROM edc_auditevent WHERE id = %s", [unguarded[4].pk])
    code, text = verify()
    assert code == 1
    assert "5 were written" in text


@pytest.mark.requirement("P1")
def test_a_row_inserted_with_a_right_hash_is_noticed(unguarded):
    last = unguarded[4]
    forged = AuditEvent.objects.get(pk=last.pk)
    forged.pk, forged.action, forged.previous_hash = None, "test.forged", last.hash
    forged.hash = audit.event_hash(forged)
    forged.save(force_insert=True)
    code, text = verify()
    assert code == 1
    assert "after 6 rows" in text


def test_a_missing_head_is_noticed(unguarded):
    execute("DELETE FROM edc_audithead")
    assert verify()[0] == 1


@pytest.mark.requirement("E12")
def test_a_rewritten_row_with_its_own_hash_breaks_the_next(unguarded):
    row = AuditEvent.objects.get(pk=unguarded[1].pk)
    row.action = "test.rewritten"
    execute(
        "UPDATE edc_auditevent SET action = %s, hash = %s WHERE id = %s",
        [row.action, audit.event_hash(row), row.pk],
    )
    assert f"row {unguarded[2].pk}:" in verify()[1]


@pytest.mark.django_db(transaction=True)
def test_a_change_that_fails_leaves_no_event():
    actor = factories.UserFactory()

    @transaction.atomic
    def change_and_fail():
        audit.record(actor=actor, action="test.made", target=actor)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert not AuditEvent.objects.exists()
    assert not AuditHead.objects.filter(length__gt=0).exists()


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_recorded():
    actor = factories.UserFactory()
    with pytest.raises(RuntimeError):
        audit.record(actor=actor, action="test.made", target=actor)
