"""A backup is written elsewhere, whole or not at all; a drill restores it and says what does not agree."""

import sqlite3
from contextlib import closing
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from edc import jobs
from edc.errors import NotNow
from edc.models import AuditEvent, Backup, Notification, RestoreDrill
from edc.services.backup import databases, drill_restore, make_backup, place
from edc.services.backup.restore import restore_into
from edc.services.people import create_user

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
    with databases.scratch(tmp_path) as database:
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
        assert drill_restore(actor=actor).passed
        second = make_backup(actor=actor)
        third = make_backup(actor=actor)

        assert {each.name for each in places[1].glob("*.tandem-backup")} == {first.file_name, third.file_name}
        assert AuditEvent.objects.filter(action="backup.made").last().after["removed"] == [second.file_name]

    def test_two_do_not_work_in_the_place_at_once(self, places, actor):
        with place.alone(), pytest.raises(NotNow, match="under way"):
            make_backup(actor=actor)

    @pytest.mark.requirement("N16")
    def test_neither_secrets_nor_refused_uploads_are_in_it(self, places, actor, tmp_path):
        make_backup(actor=actor)
        with databases.scratch(tmp_path) as database:
            found = restore_into(written(places[1]), key=KEY, database=database, folder=tmp_path / "r")
        names = sorted(found.manifest["files"])
        assert names == ["database.sqlite3", "files/artifacts/evidence/a", "files/images/a", "files/models/a"]

    def test_images_in_another_archive_are_named_as_left_out(self, places, actor, settings):
        settings.ARCHIVE_URL = "orthanc+http://u:p@orthanc:8042"
        assert make_backup(actor=actor).left_out == ["orthanc"]
        assert drill_restore(actor=actor).files == 2
