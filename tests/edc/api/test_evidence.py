"""Source evidence through the API: listed as far as the caller may know, added, fetched, withdrawn."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from edc.models import AuditEvent, Evidence
from tests.factories.evidence import scan

AGE = "IT.DM.AGE"
ABOUT = {"source": "laboratory", "paths": [AGE], "deidentified": True}


def address(form, part=""):
    return f"/api/v1/forms/{form.pk}/evidence/{part}"


def send(client, form, content=None, **more):
    sent = ABOUT | more | {"file": SimpleUploadedFile("ZHANG SAN.jpg", content or scan())}
    return client.post(address(form, "pages/"), sent, format="multipart")


def listed(client, form):
    return client.get(address(form)).json()["results"]


def test_a_program_adds_a_page_lists_it_and_fetches_the_file(program, crcs, form):
    client = program(crcs[0])
    answer = send(client, form)
    held = Evidence.objects.get()
    (row,) = listed(client, form)
    sent = client.get(f"/api/v1/evidence/{row['id']}/file/")

    assert answer.status_code == 201, answer.json()
    assert (row["id"], row["kind"], row["paths"]) == (str(held.public_id), "page", [AGE])
    assert (row["sha256"], row["page_count"], row["uploaded_by"]) == (held.sha256, 1, "ada")
    assert b"ZHANG" not in sent.content
    assert AuditEvent.objects.get(action="evidence.downloaded").channel == "api"
    assert not AuditEvent.objects.filter(action="view.evidence").exists()


def test_the_other_pass_gets_neither_the_words_nor_the_items(program, crcs, form, enter, session, member):
    mine, theirs = program(crcs[0]), program(crcs[1])
    answer = mine.post(address(form), ABOUT | {"text": "Age at diagnosis 58"})
    send(mine, form)
    manager = session(member("meg", "data_manager"))
    assert answer.status_code == 201, answer.json()
    assert [(row["kind"], row["paths"]) for row in listed(theirs, form)] == [("page", [])]
    assert listed(manager, form) == []

    enter(form, 1)
    enter(form, 2, AGE="59")
    assert [row["kind"] for row in listed(manager, form)] == ["text", "page"]
    assert [row["kind"] for row in listed(theirs, form)] == ["page"]
    rows = AuditEvent.objects.filter(action="view.evidence")
    assert [(row.actor.username, row.channel) for row in rows] == [("meg", "api")]


@pytest.mark.parametrize(
    ("body", "status", "named"),
    [
        (ABOUT, 400, "text"),
        (ABOUT | {"text": "58", "source": "diary"}, 400, "source"),
        (ABOUT | {"text": "58", "paths": []}, 400, "paths"),
        (ABOUT | {"text": "58", "deidentified": False}, 422, "deidentified"),
        (ABOUT | {"text": "58", "paths": ["IT.DM.NONE"]}, 422, "IT.DM.NONE"),
    ],
)
def test_what_is_wrong_is_named(program, crcs, form, body, status, named):
    answer = program(crcs[0]).post(address(form), body)
    assert (answer.status_code, named in answer.content.decode()) == (status, True), answer.json()
    assert not Evidence.objects.exists()


def test_a_file_that_is_no_picture_is_refused(program, crcs, form):
    answer = send(program(crcs[0]), form, b"%!PS")
    assert (answer.status_code, Evidence.objects.count()) == (422, 0)
    assert "file" in answer.content.decode()


def test_who_enters_or_resolves_withdraws_with_a_reason(program, session, crcs, form, member, other_site):
    client = program(crcs[0])
    held = send(client, form).json()["id"]
    url = f"/api/v1/evidence/{held}/withdraw/"
    stranger = program(member("eve", "crc", other_site))
    assert stranger.post(url, {"reason": "x"}).status_code == 404
    assert client.post(url, {}).status_code == 400
    assert client.post(url, {"reason": "A name on it"}).status_code == 204
    assert client.post(url, {"reason": "again"}).status_code == 404
    assert listed(client, form) == []
    assert AuditEvent.objects.get(action="evidence.withdrawn").reason == "A name on it"


def test_a_key_sent_twice_adds_one_passage(program, crcs, form):
    client = program(crcs[0])
    for _time in range(2):
        answer = client.post(address(form), ABOUT | {"text": "Age 58"}, headers={"Idempotency-Key": "one"})
        assert answer.status_code == 201
    assert Evidence.objects.count() == 1


def test_a_key_sent_twice_adds_one_page_and_refuses_another_file(program, crcs, form):
    client = program(crcs[0])
    sent = [scan(), scan(), scan() + b"\n"]
    statuses = [
        client.post(
            address(form, "pages/"),
            ABOUT | {"file": SimpleUploadedFile("page.jpg", content)},
            format="multipart",
            headers={"Idempotency-Key": "two"},
        ).status_code
        for content in sent
    ]
    assert (statuses, Evidence.objects.count()) == ([201, 201, 409], 1)
