"""A backup is written elsewhere, whole or not at all; a drill restores it and says what does not agree."""

import io
import sqlite3
import tempfile
from contextlib import closing
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from edc import jobs
from edc.errors import NotNow
from edc.models import AuditEvent, Backup, Notification, RestoreDrill
from edc.services.backup import UnderWay, content, databases, drill_restore, leftovers, make_backup, place
from edc.services.backup.restore import restore_into
from edc.services.people import create_user
from edc.tasks import tend_backups
from tests.factories.backups import BackupFactory

KEY = "only for the tests of backups: 0123456789"


@pytest.fixture
def places(tmp_path, settings):
    """A data folder with a file in each store, and a folder for backups beside it."""
    data, kept = tmp_path / "data", tmp_path / "kept"
    for name in ("artifacts/evidence", "models", "archive", "secrets", "uploads/quarantine"):
        (data / name).mkdir(parents=True)
        (data / name / "a").write_text(f"in {name}")
    kept.mkdir()
    settings.VAR_DIR, settings.BACKUP_DIR, settings.BACKUP_KEY = data, str(kept), KEY
    settings.ARTIFACT_DIR, settings.MODEL_DIR = data / "artifacts", data / "models"
    settings.ARCHIVE_URL = f"folder://{data / 'archive'}"
    return data, kept


@pytest.fixture
def actor(db):
    return jobs.system_user("backup")


def written(kept):
    (path,) = kept.glob("*.tandem-backup")
    return path


@pytest.fixture
def killed(places, tmp_path, monkeypatch):
    """What a backup and a drill leave that were killed; another installation's folder beside it."""
    temporary = tmp_path / "tmp"
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    names = [f"{leftovers.spool('backup')}x", f"{leftovers.spool('drill')}x", "tandem-backup-others-x"]
    for name in names:
        (temporary / name / "content").mkdir(parents=True)
        (temporary / name / "database.dump").write_text("in the clear")
    (places[1] / ".tandem-20261121T000000Z.tandem-backup.part").write_text("a part")
    return temporary


@pytest.mark.django_db
def test_the_next_one_removes_what_a_killed_one_left_and_keeps_that_it_failed(killed, places, actor, member):
    head = member("root", "administrator", study_wide=True)
    if connection.vendor == "postgresql":
        unfinished = databases.scratch(places[0], place.mark())
        unfinished.__enter__()

    with place.alone() as folder:
        leftovers.settle(folder, actor)

    assert [each.name for each in killed.iterdir()] == ["tandem-backup-others-x"]
    assert [each.name for each in places[1].iterdir()] == [".lock"]
    assert databases.drop_scratch(place.mark()) == []
    assert "ended from outside" in Backup.objects.get().problem
    assert codes(RestoreDrill.objects.get()) == ["interrupted"]
    kinds = Notification.objects.filter(user=head).values_list("kind", flat=True)
    assert sorted(kinds) == ["backup_failed", "drill_failed"]
    with place.alone() as folder:
        leftovers.settle(folder, actor)
    assert (Backup.objects.count(), RestoreDrill.objects.count()) == (1, 1)


def test_a_file_erased_while_the_backup_runs_is_named_as_gone(tmp_path):
    there, gone = tmp_path / "there", tmp_path / "gone"
    there.write_text("kept")
    files = [content.Member("files/gone", gone), content.Member("files/there", there)]
    out = io.BytesIO()

    held = content.write(out, files, {})
    _found, manifest = content.read(io.BytesIO(out.getvalue()), tmp_path / "r")

    assert manifest["gone"] == held.gone == ["files/gone"]
    assert list(manifest["files"]) == ["files/there"]


def test_a_log_of_a_lost_database_is_no_empty_place(tmp_path):
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "tandem.sqlite3")}
    assert databases.is_empty(database)
    (tmp_path / "tandem.sqlite3-wal").write_text("")
    assert not databases.is_empty(database)


def codes(drill):
    return [each["code"] for each in drill.problems]


@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("E9", "N8", "P3", "I12")
def test_a_backup_comes_back_whole_with_its_files_and_an_intact_trail(places, tmp_path):
    _data, kept = places
    system = jobs.system_user("backup")
    create_user(username="meg", password="long enough 5 x", display_name="Meg", actor=system)
    rows = AuditEvent.objects.count()

    call_command("backup", stdout=StringIO(), stderr=StringIO())
    out = StringIO()
    call_command("restore_drill", stdout=out)

    backup, drill = Backup.objects.get(), RestoreDrill.objects.get()
    assert drill.passed
    assert drill.backup == backup
    assert drill.audit_rows == backup.audit_length == rows
    assert drill.files == 3
    assert drill.rows == backup.rows
    assert backup.tables["edc_auditevent"] == rows
    assert out.getvalue().startswith("OK")
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))[rows:] == [
        "backup.made", "backup.drilled"
    ]  # fmt: skip
    with databases.scratch(tmp_path, place.mark()) as database:
        restored = restore_into(written(kept), key=KEY, database=database, folder=tmp_path / "r")
        assert restored.problems == []
        again = restore_into(written(kept), key=KEY, database=database, folder=tmp_path / "s")
        assert [code for code, _what in again.problems] == ["not_empty"]
    found = sorted(each.relative_to(tmp_path / "r").as_posix() for each in (tmp_path / "r/files").rglob("a"))
    assert found == ["files/artifacts/evidence/a", "files/images/a", "files/models/a"]
    assert (tmp_path / "r/files/models/a").read_text() == "in models"


@pytest.mark.skipif(connection.vendor == "postgresql", reason="is spoilt in its file")
@pytest.mark.django_db(transaction=True)
def test_a_row_that_does_not_come_back_is_found(places, monkeypatch):
    """The rows are counted in what was restored, not taken on trust from the backup."""
    actor = jobs.system_user("backup")
    create_user(username="meg", password="long enough 5 x", display_name="Meg", actor=actor)
    make_backup(actor=actor)
    restore = databases.restore

    def losing(dumped, database):
        restore(dumped, database)
        with closing(sqlite3.connect(database["NAME"])) as held:
            held.execute("DROP TRIGGER edc_auditevent_no_delete")
            held.execute("DELETE FROM edc_auditevent WHERE action = 'user.created'")
            held.commit()

    monkeypatch.setattr(databases, "restore", losing)

    assert set(codes(drill_restore(actor=actor))) == {"count", "chain"}


@pytest.mark.django_db(transaction=True)
def test_a_trail_that_was_rewritten_since_is_told_by_the_drill(places, monkeypatch):
    actor = jobs.system_user("backup")
    create_user(username="meg", password="long enough 5 x", display_name="Meg", actor=actor)
    make_backup(actor=actor)
    monkeypatch.setattr(AuditEvent.objects, "filter", lambda **_: AuditEvent.objects.none())

    assert codes(drill_restore(actor=actor)) == ["chain"]


@pytest.mark.skipif(connection.vendor == "postgresql", reason="nothing that is uncommitted is in its dump")
@pytest.mark.django_db
class TestWhatGoesWrong:
    """On the database file alone: what is told does not depend on the kind of database."""

    def test_a_backup_that_was_altered_fails_its_drill_and_the_administrators_are_told(
        self, places, actor, member
    ):
        head = member("root", "administrator", study_wide=True)
        make_backup(actor=actor)
        path = written(places[1])
        content = path.read_bytes()
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))

        drill = drill_restore(actor=actor)

        assert not drill.passed
        assert codes(drill) == ["altered"]
        assert Notification.objects.get(user=head).kind == "drill_failed"
        assert AuditEvent.objects.filter(action="backup.drilled").get().after["passed"] is False

    def test_a_lost_file_a_missing_backup_and_another_key_are_each_named(self, places, actor, settings):
        assert codes(drill_restore(actor=actor)) == ["none"]
        make_backup(actor=actor)
        settings.BACKUP_KEY = "another key of at least 32 characters"
        assert codes(drill_restore(actor=actor)) == ["unreadable"]
        written(places[1]).unlink()
        assert codes(drill_restore(actor=actor)) == ["gone"]

    def test_a_backup_that_fails_leaves_no_file_but_a_row_and_a_word(self, places, actor, member, settings):
        head = member("root", "administrator", study_wide=True)
        settings.BACKUP_KEY = "short"

        with pytest.raises(NotNow, match="32"):
            make_backup(actor=actor)

        assert [each.name for each in places[1].iterdir()] == [".lock"]
        assert "32" in Backup.objects.get(succeeded=False).problem
        assert Notification.objects.get(user=head).kind == "backup_failed"

    def test_a_place_inside_the_data_or_a_missing_one_is_refused(self, places, actor, settings):
        for where, word in (
            (places[0] / "models", "data folder"),
            (places[1] / "off", "mount"),
            ("", "BACKUP_DIR"),
        ):
            settings.BACKUP_DIR = str(where)
            with pytest.raises(NotNow, match=word):
                place.folder()

    def test_old_backups_go_but_never_the_newest_that_was_restored(self, places, actor, settings):
        settings.BACKUP_KEEP = 1
        first = make_backup(actor=actor)
        assert drill_restore(actor=actor).problems == []
        second = make_backup(actor=actor)
        third = make_backup(actor=actor)

        assert {each.name for each in places[1].glob("*.tandem-backup")} == {first.file_name, third.file_name}
        assert AuditEvent.objects.filter(action="backup.made").last().after["removed"] == [second.file_name]

    def test_who_finds_another_at_work_leaves_it_alone_and_alarms_nobody(self, places, actor, member):
        member("root", "administrator", study_wide=True)
        BackupFactory()
        with place.alone():
            for attempt in (make_backup, drill_restore):
                with pytest.raises(UnderWay, match="under way"):
                    attempt(actor=actor)
            tend_backups.apply(throw=True)

        assert (Backup.objects.count(), RestoreDrill.objects.count()) == (1, 0)
        assert not Notification.objects.exists()
        assert not AuditEvent.objects.filter(action="backup.failed").exists()

    @pytest.mark.requirement("N16")
    def test_neither_secrets_nor_refused_uploads_are_in_it(self, places, actor, tmp_path):
        make_backup(actor=actor)
        with databases.scratch(tmp_path, place.mark()) as database:
            found = restore_into(written(places[1]), key=KEY, database=database, folder=tmp_path / "r")
        names = sorted(found.manifest["files"])
        assert names == ["database.sqlite3", "files/artifacts/evidence/a", "files/images/a", "files/models/a"]

    def test_images_in_another_archive_are_named_as_left_out(self, places, actor, settings):
        settings.ARCHIVE_URL = "orthanc+http://u:p@orthanc:8042"
        assert make_backup(actor=actor).left_out == ["orthanc"]
        assert drill_restore(actor=actor).files == 2
