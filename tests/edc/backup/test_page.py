"""The administrator's page of backups: age, last outcome, what failed; and what the scheduler finds due."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from edc.models import Backup, Notification, RestoreDrill
from edc.selectors.backups import backup_is_due, drill_is_due, standing
from edc.services.backup import late
from edc.tasks import tend_backups
from tests.factories.backups import BackupFactory, RestoreDrillFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def read(client, member):
    client.cookies.load({"django_language": "en"})
    client.force_login(member("root", "administrator", study_wide=True))
    return lambda: client.get(reverse("backups")).content.decode()


@pytest.fixture
def set_up(settings, tmp_path):
    settings.BACKUP_DIR, settings.BACKUP_KEY = str(tmp_path / "kept"), "only for this test: 0123456789abcdef"
    (tmp_path / "kept").mkdir()


def made(hours, factory=BackupFactory, **more):
    """A row of some hours ago: the time is set as it is written, for no row changes afterwards."""
    at = timezone.now() - timedelta(hours=hours)
    field = factory._meta.model._meta.get_field("at")
    field.auto_now_add = False
    try:
        return factory(at=at, **more)
    finally:
        field.auto_now_add = True


@pytest.mark.requirement("E9")
def test_the_page_says_what_is_well_late_and_failed(read, set_up, settings):
    assert "A backup counts only once it has been restored." in read()
    backup = made(2)
    made(2, RestoreDrillFactory, backup=backup)
    page = read()
    assert "went well" in page
    assert backup.file_name in page

    made(
        1,
        RestoreDrillFactory,
        backup=backup,
        passed=False,
        problems=[{"code": "count", "what": "edc_query: 3 / 4"}],
    )
    page = read()
    assert "The last trial restore failed." in page
    assert "restored / at the backup: edc_query: 3 / 4" in page

    made(0, succeeded=False, problem="disk is full", sha256="", file_name="")
    page = read()
    assert "The last backup failed." in page
    assert "disk is full" in page
    settings.BACKUP_DIR = ""
    assert "makes no backups" in read()


def test_a_backup_is_late_a_quarter_after_its_period(set_up):
    made(29)
    assert not standing().backup_is_late
    assert standing().drill_is_late


def test_a_stale_backup_is_late(set_up):
    made(31)
    assert standing().backup_is_late


def test_administrators_are_told_once_of_what_is_late_and_not_of_a_first_that_is_awaited(set_up, member):
    head = member("root", "administrator", study_wide=True)
    late()
    made(29)
    late()
    assert not Notification.objects.exists()

    backup = made(31)
    late()
    late()

    told = Notification.objects.get()
    assert (told.user, told.kind) == (head, "backup_failed")
    assert told.about == f"{backup.at + timedelta(hours=24):%Y-%m-%d %H:%M} UTC"


@pytest.mark.parametrize(
    ("hours", "due"), [(25, True), (23, False)], ids=["older than the period", "younger"]
)
def test_the_scheduler_finds_due_what_is_older_than_its_period(set_up, hours, due):
    assert not drill_is_due()
    made(hours)
    assert backup_is_due() is due
    assert drill_is_due()


def test_nothing_is_due_without_a_folder_or_a_period_or_right_after_a_failure(set_up, settings):
    assert backup_is_due()
    made(0, succeeded=False, problem="disk is full", sha256="", file_name="")
    assert not backup_is_due()
    settings.BACKUP_EVERY_HOURS = 0
    assert not backup_is_due()


@pytest.mark.skipif(connection.vendor == "postgresql", reason="its dump sees only what is committed")
def test_the_task_makes_the_backup_and_then_tries_it(set_up):
    tend_backups.apply(throw=True)

    assert Backup.objects.get().succeeded
    assert RestoreDrill.objects.get().passed
    tend_backups.apply(throw=True)
    assert Backup.objects.count() == RestoreDrill.objects.count() == 1
