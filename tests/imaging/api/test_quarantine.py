"""Refused files identify patients: they go when they are old, and what became of them stays on record."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from rest_framework.test import APIClient

from edc.models import AuditEvent, FormInstance, User
from imaging.models import UploadedInstance
from imaging.tasks import expire_upload_sessions
from tests.imaging.conftest import where

DAY = timedelta(days=1)


@pytest.fixture
def folder(settings) -> Path:
    settings.QUARANTINE_DAYS = 30
    return Path(settings.UPLOAD_DIR) / "quarantine"


@pytest.fixture
def refused(api: Callable[..., APIClient], crc: User, form: FormInstance) -> list[UploadedInstance]:
    """Two refused files of one upload, the second one 31 days old."""
    client = api(crc)
    session = client.post("/api/v1/uploads/", where(form, 2), format="json").json()
    files = [SimpleUploadedFile(f"{n}.dcm", b"no image %d" % n) for n in range(2)]
    client.post(f"/api/v1/uploads/{session['id']}/files/", {"files": files}, format="multipart")
    rows = list(UploadedInstance.objects.order_by("sent_index"))
    UploadedInstance.objects.filter(pk=rows[1].pk).update(received_at=timezone.now() - 31 * DAY)
    return rows


@pytest.mark.django_db(transaction=True)
def test_an_old_refused_file_goes_with_an_audit_row_and_a_young_one_stays(
    system: User, refused: list[UploadedInstance], folder: Path
) -> None:
    for _turn in range(2):
        expire_upload_sessions()

    young, old = UploadedInstance.objects.order_by("sent_index")
    assert [path.name for path in folder.iterdir()] == [young.quarantine_name]
    assert (old.quarantine_name, old.outcome, old.reason_code) == ("", "quarantined", "not_dicom")
    (event,) = AuditEvent.objects.filter(action="quarantine.expired")
    assert (event.after, event.channel) == ({"files": 1, "older_than_days": 30}, "task")
    assert event.subject == old.session.subject


@pytest.mark.django_db(transaction=True)
def test_a_file_that_no_record_knows_goes_by_its_own_age(
    system: User, refused: list[UploadedInstance], folder: Path
) -> None:
    for name, days in (("forgotten.bin", 31), ("just-written.bin", 0)):
        (folder / name).write_bytes(b"identity")
        at = (timezone.now() - days * DAY).timestamp()
        os.utime(folder / name, (at, at))

    expire_upload_sessions()

    assert {"forgotten.bin", "just-written.bin"} & {path.name for path in folder.iterdir()} == {
        "just-written.bin"
    }
