"""Marks through the API: verification, reviews, signatures, freezes and locks, as the pages put them."""

import pytest

from edc.models import AuditEvent, FormReview, Hold, ItemVerification, Signature
from edc.services.entry import correct_item
from tests.factories.entering import entry
from tests.factories.models import PASSWORD
from tests.factories.quality import ReviewTypeFactory

ROOT = "/api/v1"
AGE = "IT.DM.AGE"
WRITES = ("read", "enter", "check", "manage")


@pytest.fixture
def done(complete):
    return complete("FO.DM")


@pytest.mark.requirement("P7")
def test_a_program_verifies_what_it_compared_and_takes_a_mark_back(program, member, done):
    client, url = program(member("mo", "monitor"), "check"), f"{ROOT}/forms/{done.pk}/verification/"
    sheet = client.get(url).json()
    assert (sheet["left"], {each["path"] for each in sheet["items"]}) == (2, {"IT.DM.SEX", AGE})

    stale = client.post(url, {"paths": [AGE], "content_sha256": "0" * 64})
    marked = client.post(url, {"paths": [AGE, AGE], "content_sha256": sheet["content_sha256"]})
    whole = client.post(url, {"content_sha256": sheet["content_sha256"]})
    back = client.post(f"{url}withdraw/", {"path": AGE, "reason": "Wrong page"})

    assert (stale.status_code, marked.status_code, marked.json()["left"]) == (409, 200, 1)
    assert (whole.json()["left"], whole.json()["status"]) == (0, "verified")
    assert (back.json()["left"], back.json()["status"]) == (1, "complete")
    assert set(ItemVerification.objects.values_list("path", flat=True)) == {"IT.DM.SEX", AGE}
    assert AuditEvent.objects.get(action="item.verification_broken").channel == "api"
    (owed,) = client.get(f"{ROOT}/verification/", {"left_from": 1, "form_oid": "FO.DM"}).json()["results"]
    assert (owed["form_oid"], owed["left"], owed["verified"]) == ("FO.DM", 1, 1)


def test_a_token_marks_only_where_it_was_given_for_checking(program, member, done, other_site):
    body = {"content_sha256": done.content_sha256}
    url = f"{ROOT}/forms/{done.pk}/verification/"
    monitor = member("mo", "monitor")

    assert program(monitor, "read", "enter", "manage").post(url, body).status_code == 403
    assert program(member("eve", "monitor", other_site), "check").post(url, body).status_code == 404
    assert program(member("ann", "crc"), *WRITES).post(url, body).status_code == 403
    assert not ItemVerification.objects.exists()


def test_a_review_is_given_as_the_role_that_its_type_names(program, member, done, study):
    ReviewTypeFactory(study=study, code="medical", role="investigator")
    url, body = f"{ROOT}/forms/{done.pk}/reviews/", {"type": "medical", "note": "Plausible"}
    doctor = member("pi", "investigator")
    client = program(doctor, "check")

    assert [each["code"] for each in client.get(f"{ROOT}/review-types/").json()["results"]] == ["medical"]
    assert program(doctor, "read", "enter").post(url, body).status_code == 403
    assert program(member("mo", "monitor"), "check").post(url, body).status_code == 403
    assert client.post(url, {"type": "none"}).status_code == 404
    given, again = client.post(url, body), client.post(url, body)

    assert (given.status_code, given.json()["reviewer"], again.status_code) == (201, "pi", 409)
    assert FormReview.objects.get().note == "Plausible"
    assert [each["type"] for each in client.get(url).json()["results"]] == ["medical"]


@pytest.mark.requirement("P13")
def test_a_signature_takes_a_person_with_the_password_and_no_token(program, session, member, done):
    doctor, url = member("pi", "investigator"), f"{ROOT}/forms/{done.pk}/signatures/"
    shown = program(doctor, "read").get(url).json()
    body = {
        "meaning": "approved", "password": PASSWORD, "content_sha256": shown["content_sha256"],
    }  # fmt: skip

    by_token = program(doctor, *WRITES).post(url, body)
    person = session(doctor)
    wrong = person.post(url, body | {"password": "not it"})
    stale = person.post(url, body | {"content_sha256": "0" * 64})
    assert (by_token.status_code, by_token.json()["code"]) == (403, "signature_in_person")
    assert (wrong.status_code, "password" in wrong.json()["errors"], stale.status_code) == (422, True, 409)
    assert not Signature.objects.exists()
    assert AuditEvent.objects.filter(action="signature.refused").count() == 1

    signed = person.post(url, body)
    assert (signed.status_code, signed.json()["signer"]) == (201, "pi")
    assert PASSWORD not in str(AuditEvent.objects.get(action="form.signed").after)


def test_a_visit_is_signed_as_a_whole(session, member, done):
    person = session(member("pi", "investigator"))
    url = f"{ROOT}/subjects/{done.subject_id}/signatures/"
    (visit,) = person.get(url).json()["visits"]

    answer = person.post(url, visit | {"meaning": "responsible", "password": PASSWORD})

    assert (answer.status_code, answer.json()["scope"]) == (201, "visit")
    assert set(Signature.objects.values_list("act", flat=True)) == {answer.json()["id"]}
    (held,) = person.get(url).json()["results"]
    assert (held["act"], held["holds"], held["broken"]) == (answer.json(), True, [])

    correct_item(form=done, path=AGE, entry=entry("60"), reason="Source", actor=member("ann", "crc"))

    (told,) = person.get(url).json()["results"]
    assert (told["act"], told["holds"]) == (answer.json(), False)
    assert [(each["form"], each["broken_at"] is None) for each in told["broken"]] == [(done.pk, False)]


def test_a_freeze_stops_entry_until_it_is_lifted_with_a_reason(program, member, done, study):
    client = program(member("meg", "data_manager"), "manage")
    body = {"kind": "freeze", "study": study.oid, "subject": done.subject_id, "reason": "Interim analysis"}

    placed = client.post(f"{ROOT}/holds/", body, headers={"Idempotency-Key": "one"})
    again = client.post(f"{ROOT}/holds/", body, headers={"Idempotency-Key": "one"})
    assert (placed.status_code, placed.json()["level"], again.json()) == (201, "subject", placed.json())
    assert client.post(f"{ROOT}/holds/", body).status_code == 409
    assert len(client.get(f"{ROOT}/holds/", {"level": "subject"}).json()["results"]) == 1

    lifted = client.post(f"{ROOT}/holds/{placed.json()['id']}/lift/", {"reason": "Done"})
    assert (lifted.status_code, Hold.objects.get().lifted_reason) == (200, "Done")
    assert client.get(f"{ROOT}/holds/").json()["results"] == []


def test_a_site_is_locked_by_two_people(program, session, member, study, site):
    meg = member("meg", "data_manager")
    client, body = program(meg, "manage"), {"study": study.oid, "site": site.oid, "reason": "Database lock"}
    alone = client.post(f"{ROOT}/holds/", body | {"kind": "lock"})
    asked = client.post(f"{ROOT}/lock-requests/", body | {"act": "place"})
    assert (alone.status_code, asked.status_code) == (409, 201)

    url = f"{ROOT}/lock-requests/{asked.json()['id']}/decision/"
    assert client.post(url, {"approve": True}).status_code == 403
    decided = session(member("pi", "investigator")).post(url, {"approve": True})

    assert (decided.status_code, decided.json()["status"]) == (200, "approved")
    assert Hold.objects.get().level == "site"
