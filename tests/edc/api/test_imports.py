"""An import through the API, from the file to its undoing."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from edc.models import AuditEvent, ImportBatch, ItemValue
from edc.services.data_import.commit import commit_batch
from edc.services.data_import.dry_run import check_batch
from edc.services.data_import.undo import undo_batch

ROOT = "/api/v1/imports"


@pytest.fixture(autouse=True)
def _store(settings, tmp_path):
    settings.ARTIFACT_DIR = tmp_path


def send(client, study, content, name="lab.csv"):
    body = {"study": study.oid, "file": SimpleUploadedFile(name, content)}
    return client.post(f"{ROOT}/files/", body, format="multipart")


@pytest.mark.requirement("N14")
def test_a_program_imports_a_file_and_undoes_it(program, member, complete, subject, study):
    complete("FO.DM")
    client = program(member("meg", "data_manager"), "manage")
    sent = send(client, study, f"S,V,AGE\n{subject.subject_key},SE.SCREEN,59\n".encode())
    assert sent.status_code == 201, sent.json()
    url, pk = f"{ROOT}/{sent.json()['id']}", sent.json()["id"]
    mapping = {
        "shape": "wide", "columns": {"subject": "S", "event": "V"}, "items": {"AGE": {"item": "IT.DM.AGE"}},
    }  # fmt: skip

    assert client.post(f"{url}/check/", {"mapping": {"shape": "no"}}).status_code == 422
    assert client.post(f"{url}/check/", {"mapping": mapping}).status_code == 202
    check_batch(batch_id=pk)
    cells = client.get(f"{url}/cells/", {"outcome": "changed"}).json()["results"]
    assert [(each["path"], each["before"], each["after"]) for each in cells] == [("IT.DM.AGE", "58", "59")]
    assert client.get(f"{url}/report/").status_code == 200

    assert client.post(f"{url}/commit/", {"reason": "June"}).json()["state"] == "committing"
    commit_batch(batch_id=pk)
    assert ItemValue.objects.get(item_oid="IT.DM.AGE").value == 59
    assert client.post(f"{url}/undo/", {"reason": "Wrong file"}).json()["state"] == "undoing"
    undo_batch(batch_id=pk)

    told = client.get(f"{url}/").json()
    assert (told["state"], told["undo_account"], told["mapping"]["items"]["AGE"]["item"]) == (
        "undone", [], "IT.DM.AGE",
    )  # fmt: skip
    assert ItemValue.objects.get(item_oid="IT.DM.AGE").value == 58
    assert AuditEvent.objects.get(action="import.undo_requested").channel == "api"
    assert client.post(f"{url}/undo/", {"reason": "Again"}).status_code == 409


def test_imports_are_of_those_who_may_import_at_all_its_sites(program, member, study, other_site):
    meg = member("meg", "data_manager")
    client = program(meg, "manage")
    assert send(program(meg, "read", "enter"), study, b"S,AGE\n").status_code == 403
    assert send(client, study, b"%PDF", "scan.pdf").status_code == 422
    pk = send(client, study, b"S,AGE\nx,1\n").json()["id"]
    stranger = program(member("eve", "data_manager", other_site), "manage")

    assert stranger.get(f"{ROOT}/").json()["results"] == []
    for word in ("check", "commit", "undo", "cancel"):
        assert stranger.post(f"{ROOT}/{pk}/{word}/", {"reason": "x"}).status_code == 404
    assert client.post(f"{ROOT}/{pk}/cancel/").json()["state"] == "cancelled"
    assert ImportBatch.objects.get().state == "cancelled"
