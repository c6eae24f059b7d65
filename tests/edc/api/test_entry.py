"""Entering through the API: whole passes and drafts, under the rules of the page."""

import pytest

from edc.models import FormInstance, ItemValue
from tests.factories.entering import RECORDS, entry, form_of, record

WHOLE = record(RECORDS["FO.DM"])


def url(form, what="observations/"):
    return f"/api/v1/forms/{form.pk}/{what}"


@pytest.mark.parametrize(
    ("role", "status"),
    [("crc", 201), ("monitor", 403), ("data_manager", 403), ("radiologist", 404), (None, 404)],
)
def test_who_enters_may_submit_a_pass(program, member, form, django_user_model, role, status):
    actor = member("actor", role) if role else django_user_model.objects.create_user("outsider")
    answer = program(actor).post(url(form), WHOLE)
    assert answer.status_code == status, answer.json()
    assert form.observations.count() == (status == 201)


def test_two_equal_passes_complete_the_form(program, crcs, form):
    first = program(crcs[0]).post(url(form), WHOLE).json()
    second = program(crcs[1]).post(url(form), WHOLE).json()
    assert (first["stream"], second["stream"]) == ("entry-1", "entry-2")
    assert first["content"]["items"]["IT.DM.AGE"]["raw"] == "58"
    assert program(crcs[0]).get(url(form, "")).json()["status"] == FormInstance.Status.COMPLETE
    assert ItemValue.objects.get(form=form, item_oid="IT.DM.AGE").value == 58


def test_one_person_is_refused_the_second_pass(program, crcs, form):
    client = program(crcs[0])
    client.post(url(form), WHOLE)
    answer = client.post(url(form), WHOLE)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_now")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"IT.DM.AGE": entry("abc")}, "IT.DM.AGE"),
        ({"IT.DM.AGE": entry("300")}, "IT.DM.AGE"),
        ({"IT.DM.AGE": entry(None)}, "IT.DM.AGE"),
        ({"IT.DM.SEX": entry("Z")}, "IT.DM.SEX"),
        ({"IT.DM.SMOKER": entry("Y")}, "IT.DM.PACKYRS"),
        ({"IT.DM.NOPE": entry("1")}, "IT.DM.NOPE"),
        ({"IT.DM.AGE[2]": entry("1")}, "IT.DM.AGE[2]"),
        ({"IT.DM.AGE": {"raw": 58}}, "IT.DM.AGE"),
        ({"IT.DM.AGE": {"missing": "XX"}}, "IT.DM.AGE"),
        ({"IT.DM.AGE": {"raw": "58", "unit": "years"}}, "IT.DM.AGE"),
        ({"IT.DM.AGE": {"raw": {"a": 1}}}, "IT.DM.AGE"),
    ],
)
def test_each_fault_is_named_by_its_item_path_and_nothing_is_sealed(program, crcs, form, change, path):
    answer = program(crcs[0]).post(url(form), {"items": WHOLE["items"] | change})
    assert answer.status_code == 422, answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert path in answer.json()["errors"]
    assert not form.observations.exists()


def test_faults_speak_the_readers_language(program, crcs, form):
    body = {"items": {"IT.DM.AGE": entry("300"), "IT.DM.SEX": entry("F")}}
    english = program(crcs[0]).post(url(form), body).json()["errors"]["IT.DM.AGE"]
    chinese = program(crcs[0], language="zh-hans").post(url(form), body).json()["errors"]["IT.DM.AGE"]
    assert "outside" in english
    assert "outside" not in chinese
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)


@pytest.mark.parametrize(
    "body",
    [{}, [], {"items": []}, {"items": {"IT.DM.AGE": "58"}}, {"items": {}, "rows": []}, {"rows": {}}, "x", 3],
)
def test_a_body_of_the_wrong_shape_is_400(program, crcs, form, body):
    answer = program(crcs[0]).post(url(form), body, format="json")
    assert answer.status_code == 400, answer.json()
    assert answer.json()["code"] == "invalid_input"


def test_rows_that_the_form_lacks_are_refused(program, crcs, form):
    answer = program(crcs[0]).post(url(form), WHOLE | {"rows": {"IG.NOPE": ["1"]}})
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"IG.NOPE"}


def save(client, form, raw, version, path="IT.DM.AGE"):
    body = {"path": path, "entry": entry(raw), "expected_version": version}
    return client.patch(url(form, "draft/"), body)


def test_a_draft_is_saved_item_by_item_and_sealed(program, crcs, form):
    client = program(crcs[0])
    assert client.get(url(form, "draft/")).status_code == 404
    first = save(client, form, "58", 0).json()
    assert (first["version"], first["unanswered"]) == (1, ["IT.DM.SEX"])
    assert save(client, form, "59", 1).json()["version"] == 2
    assert client.post(url(form, "draft/submit/")).status_code == 422
    save(client, form, "F", 0, "IT.DM.SEX")
    draft = client.get(url(form, "draft/")).json()
    assert {item["path"]: item["version"] for item in draft["items"]} == {"IT.DM.AGE": 2, "IT.DM.SEX": 1}
    sealed = client.post(url(form, "draft/submit/"))
    assert sealed.status_code == 201
    assert sealed.json()["content"]["items"]["IT.DM.AGE"]["raw"] == "59"
    assert client.get(url(form, "draft/")).status_code == 404


def test_a_second_window_is_told_both_values(program, crcs, form):
    client = program(crcs[0])
    save(client, form, "58", 0)
    answer = save(client, form, "85", 0)
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["code"] == "item_moved"
    assert (problem["path"], problem["version"]) == ("IT.DM.AGE", 1)
    assert (problem["saved"]["raw"], problem["offered"]["raw"]) == ("58", "85")
    assert save(client, form, "85", problem["version"]).status_code == 200


@pytest.mark.requirement("N3")
def test_a_saved_item_answers_with_what_the_rules_say(program, crcs, form):
    client = program(crcs[0])
    shown = save(client, form, "Y", 0, "IT.DM.SMOKER").json()
    assert "IT.DM.PACKYRS" not in shown["hidden"]
    problems = save(client, form, "95", 0).json()["problems"]
    assert [(each["path"], each["severity"]) for each in problems] == [("IT.DM.AGE", "soft")]


def test_rows_of_a_draft_are_added_and_removed(program, crcs, subject, complete):
    complete("FO.IC")
    form, client = form_of(subject, "FO.TXS"), program(crcs[0])
    body = {"group_oid": "IG.TXSROW"}
    assert [client.post(url(form, "draft/rows/"), body).json()["key"] for _ in "ab"] == ["1", "2"]
    assert client.delete(url(form, "draft/rows/IG.TXSROW/1/")).status_code == 204
    assert client.delete(url(form, "draft/rows/IG.TXSROW/1/")).status_code == 409
    assert client.get(url(form, "draft/")).json()["rows"] == {"IG.TXSROW": ["2"]}
    assert client.post(url(form, "draft/rows/"), body).json()["key"] == "3"
    assert client.post(url(form, "draft/rows/"), {"group_oid": "IG.DM"}).status_code == 422


def test_nothing_is_entered_without_consent(program, crcs, subject):
    answer = program(crcs[0]).post(url(form_of(subject, "FO.DM")), WHOLE)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_now")
