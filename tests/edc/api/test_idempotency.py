"""Idempotency-Key: one effect and one answer, whatever is repeated, raced or broken."""

import threading

import pytest
from django.db import connections

from edc.errors import NotNow
from edc.models import IdempotencyRecord, Subject
from tests.factories.entering import RECORDS, record


def enrol(client, key="k1", **body):
    body = {"study": "ChiCTR2600000001", "site": "S01"} | body
    headers = {"Idempotency-Key": key} if key is not None else {}
    return client.post("/api/v1/subjects/", body, headers=headers)


@pytest.fixture
def ada(program, member, study):
    return program(member("ada", "crc"))


def test_a_repeat_gets_the_first_answer_and_has_no_second_effect(ada):
    first, second = enrol(ada), enrol(ada)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert Subject.objects.count() == 1


def test_without_a_key_each_request_counts(ada):
    assert enrol(ada, None).json() != enrol(ada, None).json()
    assert Subject.objects.count() == 2


def test_a_key_used_for_another_request_is_refused(ada):
    enrol(ada)
    answer = enrol(ada, cohort="TARGET")
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
    assert Subject.objects.count() == 1


@pytest.mark.parametrize("key", ["", "   ", "x" * 81])
def test_a_key_of_the_wrong_length_is_refused_before_any_effect(ada, key):
    answer = enrol(ada, key)
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["errors"]
    assert not Subject.objects.exists()


def test_a_failed_write_gives_the_key_back(ada):
    assert enrol(ada, cohort="NONE").status_code == 422
    assert enrol(ada, site="S99").status_code == 404
    assert not IdempotencyRecord.objects.exists()
    assert enrol(ada).status_code == 201


def test_a_bug_leaves_neither_key_nor_effect(ada, monkeypatch):
    from edc.api.views import subjects

    monkeypatch.setattr(subjects, "SubjectSerializer", None)
    ada.raise_request_exception = False
    assert enrol(ada).status_code == 500
    assert not IdempotencyRecord.objects.exists()
    assert not Subject.objects.exists()
    monkeypatch.undo()
    assert enrol(ada).status_code == 201


def test_a_key_belongs_to_one_person(ada, program, member):
    mine = enrol(ada).json()
    hers = enrol(program(member("grace", "crc")))
    assert hers.status_code == 201
    assert hers.json()["subject_key"] != mine["subject_key"]
    assert "Idempotency-Replayed" not in hers.headers


def test_another_token_of_the_same_person_replays_nothing(ada, program, member):
    enrol(ada)
    narrow = program(member("ada", "crc"), "upload")
    assert enrol(narrow).status_code == 409


def test_reading_takes_no_key(ada):
    ada.get("/api/v1/subjects/", headers={"Idempotency-Key": "k1"})
    assert not IdempotencyRecord.objects.exists()


def test_a_patch_and_a_delete_are_repeated_too(program, crcs, form):
    client = program(crcs[0])
    body = {"path": "IT.DM.AGE", "entry": {"raw": "58"}, "expected_version": 0}
    url, headers = f"/api/v1/forms/{form.pk}/draft/", {"Idempotency-Key": "save-1"}
    answers = [client.patch(url, body, headers=headers) for _ in "ab"]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert client.patch(url, body).status_code == 409


def test_the_text_of_a_token_is_never_kept(session, member, study):
    client = session(member("ada", "crc"))
    body = {"name": "pacs", "scopes": ["upload"], "days": 3}
    first, second = (client.post("/api/v1/tokens/", body, headers={"Idempotency-Key": "t"}) for _ in "ab")
    assert first.json()["token"].startswith("tdm_")
    assert second.json() == first.json() | {"token": None}
    assert first.json()["token"] not in str(list(IdempotencyRecord.objects.values()))


def at_once(*calls):
    gate, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place, call):
        try:
            gate.wait(timeout=20)
            results[place] = call()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


@pytest.mark.django_db(transaction=True)
def test_duplicates_sent_at_once_have_one_effect_and_one_answer(ada):
    answers = at_once(*[lambda: enrol(ada)] * 4)
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json()["subject_key"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 3
    assert Subject.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_submitting_with_keys_at_once_give_two_passes(program, crcs, form):
    body, clients = record(RECORDS["FO.DM"]), [program(crc) for crc in crcs]

    def submit(client):
        url = f"/api/v1/forms/{form.pk}/observations/"
        return client.post(url, body, headers={"Idempotency-Key": "same"})

    answers = at_once(*(lambda client=client: submit(client) for client in clients))
    assert {answer.json()["stream"] for answer in answers} == {"entry-1", "entry-2"}


def test_a_refusal_is_not_kept_as_the_answer(program, crcs, form, monkeypatch):
    client, url = program(crcs[0]), f"/api/v1/forms/{form.pk}/draft/submit/"
    assert client.post(url, headers={"Idempotency-Key": "s"}).json()["code"] == NotNow.code
    for path, raw in RECORDS["FO.DM"].items():
        body = {"path": path, "entry": {"raw": raw}, "expected_version": 0}
        client.patch(f"/api/v1/forms/{form.pk}/draft/", body)
    assert client.post(url, headers={"Idempotency-Key": "s"}).status_code == 201
