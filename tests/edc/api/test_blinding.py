"""The second person, and everybody else, tries through every door of the API to see the first pass."""

import json

import pytest

from edc.models import AuditEvent, FormInstance, IdempotencyRecord, Observation
from edc.services.people import issue_token
from tests.factories.entering import RECORDS, entry, record

SECRET, HIDDEN_TEXT = "77", "zebra-crossing"
WHOLE = record(RECORDS["FO.DM"] | {"IT.DM.AGE": SECRET, "IT.DM.NOTE": HIDDEN_TEXT})
KEY = {"Idempotency-Key": "the-first-pass"}


@pytest.fixture(params=["draft", "sealed"])
def first_pass(request, program, crcs, form) -> FormInstance:
    """The form after the first person has begun, or sealed, a pass that holds the secret."""
    client = program(crcs[0])
    if request.param == "sealed":
        assert client.post(f"/api/v1/forms/{form.pk}/observations/", WHOLE, headers=KEY).status_code == 201
    else:
        for path, each in WHOLE["items"].items():
            body = {"path": path, "entry": each, "expected_version": 0}
            headers = {"Idempotency-Key": f"the-first-pass-{path}"}
            assert client.patch(f"/api/v1/forms/{form.pk}/draft/", body, headers=headers).status_code == 200
    form.refresh_from_db()
    return form


# Every address that might tell something, with filters and orderings that nobody offered.
READS = """
    forms/{pk}/
    forms/{pk}/?shown=draft
    forms/{pk}/draft/
    forms/{pk}/draft/?stream=entry-1
    forms/{pk}/draft/?observer=ada
    forms/{pk}/observations/
    forms/{pk}/observations/?stream=entry-1
    forms/{pk}/observations/?observer=ada
    forms/{pk}/observations/?content__items__contains={secret}
    forms/{pk}/observations/?ordering=content
    forms/{pk}/observations/{sealed}/
    observations/{sealed}/
    observations/
    drafts/
    subjects/{subject}/
    subjects/{subject}/forms/
    subjects/{subject}/forms/?ordering=values
    subjects/{subject}/forms/?drafts__items__entry__raw={secret}
    subjects/{subject}/events/
    subjects/?search={secret}
    subjects/?subject_key={key}
    disagreements/?form={pk}
    disagreements/?ordering=first_entry
    queries/?form={pk}
    queries/?search={secret}
    audit/
    audit/?target_id={pk}&target_type=edc.forminstance
    audit/?action=draft.saved
    audit/?action=entry.submitted
    audit/?after__contains={secret}
    audit/?ordering=after
    runs/
    scores/
    studies/
    tokens/
    uploads/
"""


def reads(form) -> list[str]:
    sealed = Observation.objects.filter(form=form).first()
    named = {"pk": form.pk, "subject": form.subject_id, "key": form.subject.subject_key, "secret": SECRET}
    return READS.format(sealed=sealed.pk if sealed else 1, **named).split()


def told(answer) -> str:
    return answer.content.decode() + json.dumps(dict(answer.headers))


def leaks(answer) -> bool:
    said = told(answer)
    return HIDDEN_TEXT in said or f'"raw":"{SECRET}"' in said.replace(" ", "") or f": {SECRET} " in said


def test_the_probe_itself_sees_what_the_first_person_sees(first_pass, program, crcs):
    client = program(crcs[0])
    assert any(leaks(client.get(f"/api/v1/{path}")) for path in reads(first_pass))


@pytest.mark.parametrize(
    "role",
    [
        "crc",
        "data_manager",
        "monitor",
        "investigator",
        "auditor",
        "clinician",
        "data_scientist",
        "administrator",
    ],
)
@pytest.mark.requirement("I13")
def test_no_address_tells_another_person(first_pass, session, member, role):
    other = member("grace" if role == "crc" else role, role, study_wide=role != "crc")
    client = session(other)
    for path in reads(first_pass):
        answer = client.get(f"/api/v1/{path}")
        assert not leaks(answer), path
        assert answer.status_code in (200, 400, 403, 404), path


def test_the_audit_trail_withholds_values_and_the_hash_made_of_them(first_pass, program, member):
    client = program(member("audra", "auditor", study_wide=True))
    query = f"audit/?target_id={first_pass.pk}&target_type=edc.forminstance&page_size=200"
    rows = client.get(f"/api/v1/{query}").json()["results"]
    withheld = [row for row in rows if row["withheld"]]
    assert withheld
    for row in withheld:
        assert (row["before"], row["after"], row["reason"], row["hash"]) == (None, None, "", None)
    hashes = set(AuditEvent.objects.filter(blinded__startswith="entry-").values_list("hash", flat=True))
    assert not any(each in json.dumps(rows) for each in hashes)


def test_no_answer_to_a_write_tells_the_second_person(first_pass, program, crcs):
    client, pk = program(crcs[1]), first_pass.pk
    other = {"raw": "1", "unit": None, "missing": None}
    writes = [
        ("patch", f"forms/{pk}/draft/", {"path": "IT.DM.AGE", "entry": other, "expected_version": 0}),
        ("patch", f"forms/{pk}/draft/", {"path": "IT.DM.AGE", "entry": other, "expected_version": 1}),
        ("patch", f"forms/{pk}/draft/", {"path": "IT.DM.AGE", "entry": other, "expected_version": 7}),
        ("post", f"forms/{pk}/draft/rows/", {"group_oid": "IG.DM"}),
        ("delete", f"forms/{pk}/draft/rows/IG.DM/1/", None),
        ("post", f"forms/{pk}/observations/", {"items": {}}),
        ("post", f"forms/{pk}/observations/", {"items": {"IT.DM.NOPE": other}}),
        ("post", f"forms/{pk}/observations/", []),
        ("post", "queries/", {"form": pk, "path": "IT.DM.AGE", "text": "what did the other write?"}),
        ("post", f"subjects/{first_pass.subject_id}/eligibility/", {}),
    ]
    for method, path, body in writes:
        answer = getattr(client, method)(f"/api/v1/{path}", body)
        assert not leaks(answer), (method, path)


def test_the_first_persons_keys_replay_nothing_to_the_second(first_pass, program, crcs):
    client, pk = program(crcs[1]), first_pass.pk
    keys = list(IdempotencyRecord.objects.filter(user=crcs[0]).values_list("key", flat=True))
    assert keys
    for key in keys:
        headers = {"Idempotency-Key": key}
        body = {"path": "IT.DM.SEX", "entry": entry("F"), "expected_version": 0}
        for answer in (
            client.post(f"/api/v1/forms/{pk}/observations/", {"items": {}}, headers=headers),
            client.patch(f"/api/v1/forms/{pk}/draft/", body, headers=headers),
        ):
            assert not leaks(answer)
            assert "Idempotency-Replayed" not in answer.headers


def test_the_comparison_tells_the_second_person_the_status_and_no_value(program, crcs, form):
    program(crcs[0]).post(f"/api/v1/forms/{form.pk}/observations/", WHOLE)
    client = program(crcs[1])
    mine = record(RECORDS["FO.DM"] | {"IT.DM.AGE": "58"})
    answer = client.post(f"/api/v1/forms/{form.pk}/observations/", mine)
    assert answer.status_code == 201
    assert not leaks(answer)
    form.refresh_from_db()
    assert form.status == FormInstance.Status.DISAGREEMENT
    for path in reads(form):
        assert not leaks(client.get(f"/api/v1/{path}")), path


def test_who_resolves_sees_both_passes_only_once_both_are_sealed(program, session, member, crcs, form):
    manager = session(member("dm", "data_manager", study_wide=True))
    program(crcs[0]).post(f"/api/v1/forms/{form.pk}/observations/", WHOLE)
    url = f"/api/v1/forms/{form.pk}/observations/"
    assert manager.get(url).json()["results"] == []
    program(crcs[1]).post(url, record(RECORDS["FO.DM"]))
    assert [row["stream"] for row in manager.get(url).json()["results"]] == ["entry-1", "entry-2"]


def test_a_stolen_narrow_token_of_the_first_person_sees_no_pass(first_pass, crcs):
    from rest_framework.test import APIClient

    _token, text = issue_token(user=crcs[0], name="n", scopes=["upload"], site=None, days=1, actor=crcs[0])
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    for path in reads(first_pass):
        assert not leaks(client.get(f"/api/v1/{path}")), path
    url = f"/api/v1/forms/{first_pass.pk}/observations/"
    assert not leaks(client.post(url, WHOLE, headers=KEY))
