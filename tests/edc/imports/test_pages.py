"""The pages: from the upload to the undoing, for who may and for nobody else."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from edc.models import AuditEvent, ImportBatch, ImportMapping, ItemValue
from edc.services.data_import.commit import commit_batch
from edc.services.data_import.dry_run import check_batch
from edc.services.data_import.undo import undo_batch
from tests.edc.imports.conftest import csv_of


def send(client, name="lab.csv", content=None):
    file = SimpleUploadedFile(
        name, content or csv_of({"SUBJID": "01-0001", "VISIT": "SE.SCREEN", "AGE": "59"})
    )
    return client.post(reverse("import-upload"), {"file": file})


def test_a_file_goes_from_upload_to_undo_on_the_pages(client, manager, complete, subject):
    complete("FO.DM")
    client.force_login(manager)
    answer = send(client)
    batch = ImportBatch.objects.get()
    page = reverse("import", args=[batch.pk])
    assert (answer.status_code, answer.url) == (302, page)

    shown = client.get(page).content.decode()
    assert 'value="IT.DM.AGE"' in shown  # the heading AGE can mean one item only
    posted = {"role-0": "subject", "role-1": "event", "item-2": "IT.DM.AGE", "name": "Lab"}
    client.post(reverse("import-check", args=[batch.pk]), posted)
    assert ImportMapping.objects.get().content["items"]["AGE"]["item"] == "IT.DM.AGE"
    assert "2" in client.get(reverse("import-progress", args=[batch.pk])).content.decode()
    check_batch(batch_id=batch.pk)

    shown = client.get(page, {"show": "changed"}).content.decode()
    assert "IT.DM.AGE" in shown
    assert client.get(reverse("import-report", args=[batch.pk])).status_code == 200
    assert client.post(reverse("import-commit", args=[batch.pk]), {"reason": ""}).status_code == 422
    client.post(reverse("import-commit", args=[batch.pk]), {"reason": "June"})
    commit_batch(batch_id=batch.pk)
    assert ItemValue.objects.get(item_oid="IT.DM.AGE").value == 59

    client.post(reverse("import-undo", args=[batch.pk]), {"reason": "Wrong file"})
    waiting = client.get(page).content.decode()
    assert reverse("import-progress", args=[batch.pk]) in waiting
    undo_batch(batch_id=batch.pk)
    assert ItemValue.objects.get(item_oid="IT.DM.AGE").value == 58
    assert "Wrong file" in client.get(page).content.decode()
    actions = AuditEvent.objects.filter(target_type="edc.importbatch").values_list("action", flat=True)
    assert list(actions) == [
        "import.uploaded", "import.check_requested", "import.checked", "import.commit_requested",
        "import.committed", "import.undo_requested", "import.undone",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ"),
        ("a.xlsx", b"not a zip"),
        ("a.csv", b""),
        ("a.csv", b"\xff\x00\x01"),
        ("a.csv", b"A,A\n1,2\n"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_the_door(client, manager, study, name, content):
    client.force_login(manager)
    file = SimpleUploadedFile(name, content)

    assert client.post(reverse("import-upload"), {"file": file}).status_code == 422
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize("role", ["crc", "monitor", "investigator", "auditor", "administrator", "uploader"])
def test_nobody_else_imports_or_sees_an_import(client, checked, complete, subject, member, role):
    complete("FO.DM")
    batch = checked({"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN", "AGE": "59"})
    client.force_login(member("max", role))

    assert client.get(reverse("imports")).status_code == 403
    assert send(client).status_code == 403
    for name in ("import", "import-report", "import-progress"):
        assert client.get(reverse(name, args=[batch.pk])).status_code == 404
    for name in ("import-check", "import-check-again", "import-commit", "import-undo", "import-cancel"):
        assert client.post(reverse(name, args=[batch.pk])).status_code == 404


def test_a_batch_is_seen_only_where_all_its_sites_are_ones_own(
    client, checked, complete, subject, member, other_site
):
    complete("FO.DM")
    batch = checked({"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN", "AGE": "59"})
    client.force_login(member("max", "data_manager", other_site))

    assert client.get(reverse("import", args=[batch.pk])).status_code == 404
    assert batch.file_name not in client.get(reverse("imports")).content.decode()


def test_what_a_stranger_typed_of_another_site_is_not_kept(checked, complete, subject, member, other_site):
    complete("FO.DM")

    batch = checked(
        {"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN", "AGE": "59"},
        actor=member("max", "data_manager", other_site),
    )

    assert batch.cells.get(column="AGE").raw == ""
    assert not batch.sites.exists()


def test_the_columns_page_names_a_wrong_item(client, manager, study):
    client.force_login(manager)
    send(client)
    batch = ImportBatch.objects.get()

    answer = client.post(
        reverse("import-check", args=[batch.pk]), {"role-0": "subject", "item-2": "IT.NO.SUCH"}
    )

    assert answer.status_code == 422
    assert ImportBatch.objects.get().state == "uploaded"


def test_work_that_gives_no_sign_of_life_can_be_asked_for_again(client, checked, complete, subject, manager):
    complete("FO.DM")
    batch = checked({"SUBJID": subject.subject_key, "VISIT": "SE.SCREEN", "AGE": "59"})
    client.force_login(manager)
    page, again = (reverse(name, args=[batch.pk]) for name in ("import", "import-check-again"))
    client.post(again)

    assert client.post(again).status_code == 409
    ImportBatch.objects.update(moved_at=timezone.now() - timedelta(minutes=3))
    assert again in client.get(page).content.decode()
    assert client.post(again).status_code == 302

    check_batch(batch_id=batch.pk)
    client.post(reverse("import-commit", args=[batch.pk]), {"reason": "June"})
    ImportBatch.objects.update(moved_at=timezone.now() - timedelta(minutes=31))
    assert client.post(reverse("import-commit", args=[batch.pk]), {"reason": "June"}).status_code == 302
    commit_batch(batch_id=batch.pk)
    assert ItemValue.objects.get(item_oid="IT.DM.AGE").value == 59
