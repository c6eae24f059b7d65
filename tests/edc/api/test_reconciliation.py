"""Disagreements and queries through the API."""

import pytest

from edc.models import Query
from tests.factories.entering import RECORDS, entry, form_of, record


@pytest.fixture
def manager(session, member):
    """Resolving and querying is a person's work: no token scope allows it."""
    return session(member("dm", "data_manager", study_wide=True))


@pytest.fixture
def disputed(program, crcs, form):
    for crc, age in zip(crcs, ("58", "85"), strict=True):
        whole = record(RECORDS["FO.DM"] | {"IT.DM.AGE": age})
        answer = program(crc).post(f"/api/v1/forms/{form.pk}/observations/", whole)
        assert answer.status_code == 201
    return form


def test_a_disagreement_shows_both_values_and_is_resolved_with_a_reason(manager, disputed):
    (row,) = manager.get(f"/api/v1/disagreements/?form={disputed.pk}&open=true").json()["results"]
    assert (row["path"], row["kind"], row["resolution"]) == ("IT.DM.AGE", "transposition", None)
    assert (row["first_entry"]["raw"], row["second_entry"]["raw"]) == ("58", "85")
    url = f"/api/v1/disagreements/{row['id']}/resolution/"
    answer = manager.post(url, {"choice": "first", "reason": "As in the source"})
    assert answer.status_code == 201, answer.json()
    assert answer.json()["resolver"] == "dm"
    assert manager.post(url, {"choice": "second", "reason": "no"}).status_code == 409
    assert manager.get("/api/v1/disagreements/?open=true").json()["results"] == []
    (row,) = manager.get("/api/v1/disagreements/?open=false").json()["results"]
    assert row["resolution"]["reason"] == "As in the source"
    shown = manager.get(f"/api/v1/forms/{disputed.pk}/").json()
    assert (shown["status"], {v["path"]: v["value"] for v in shown["values"]}["IT.DM.AGE"]) == (
        "complete",
        58,
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"choice": "first"}, 400),
        ({"choice": "third", "reason": "x"}, 400),
        ({"choice": "first", "reason": "  "}, 400),
        ({"choice": "other", "entry": {"raw": "abc"}, "reason": "x"}, 422),
        ({"choice": "other", "entry": {"raw": 5}, "reason": "x"}, 422),
        ({"choice": "other", "entry": [], "reason": "x"}, 400),
        ({"choice": "other", "entry": entry("60"), "reason": "x"}, 201),
    ],
)
def test_a_resolution_is_checked_like_an_entry(manager, disputed, body, status):
    pk = disputed.disagreements.get().pk
    answer = manager.post(f"/api/v1/disagreements/{pk}/resolution/", body)
    assert answer.status_code == status, answer.json()


@pytest.mark.parametrize(
    ("role", "status"), [("crc", 404), ("monitor", 404), ("investigator", 404), ("auditor", 404)]
)
def test_who_does_not_resolve_finds_no_disagreement(session, member, disputed, role, status):
    client = session(member(f"a-{role}", role))
    assert client.get("/api/v1/disagreements/").json()["results"] == []
    pk = disputed.disagreements.get().pk
    body = {"choice": "first", "reason": "x"}
    assert client.post(f"/api/v1/disagreements/{pk}/resolution/", body).status_code == status


def test_a_query_goes_to_the_site_and_back(manager, session, member, complete):
    form = complete("FO.DM")
    body = {"form": form.pk, "path": "IT.DM.AGE", "text": "Please check the age"}
    query = manager.post("/api/v1/queries/", body).json()
    assert (query["state"], query["raised_by"]) == ("open", "dm")
    url, crc = f"/api/v1/queries/{query['id']}/", session(member("nina", "crc"))
    assert crc.get("/api/v1/queries/?state=open").json()["results"][0]["path"] == "IT.DM.AGE"
    assert crc.post(f"{url}close/", {"text": "fine"}).status_code == 403
    assert crc.post(f"{url}answer/", {"text": "As in the source"}).json()["state"] == "answered"
    assert manager.post(f"{url}reopen/", {"text": "Which source?"}).json()["state"] == "open"
    assert manager.post(f"{url}answer/", {"text": "me"}).status_code == 403
    crc.post(f"{url}answer/", {"text": "Page 3"})
    assert manager.post(f"{url}close/", {"text": "Thanks"}).json()["state"] == "closed"
    assert manager.post(f"{url}cancel/", {"text": "Too late"}).status_code == 409
    thread = crc.get(url).json()["messages"]
    assert [(turn["author"], turn["state_after"]) for turn in thread] == [
        ("nina", "answered"), ("dm", "open"), ("nina", "answered"), ("dm", "closed"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"text": "x"}, 400, "form"),
        ({"form": "x", "text": "x"}, 400, "form"),
        ({"path": "", "text": ""}, 422, "text"),
        ({"path": "IT.DM.NOPE", "text": "x"}, 422, "path"),
    ],
)
def test_a_query_that_asks_nothing_is_refused_by_field(manager, complete, body, status, field):
    form = complete("FO.DM")
    if status == 422:
        body = body | {"form": form.pk}
    answer = manager.post("/api/v1/queries/", body)
    assert answer.status_code == status, answer.json()
    assert field in answer.json()["errors"]
    assert not Query.objects.exists()


def test_queries_of_another_site_are_not_found(manager, session, member, other_site, complete):
    form = complete("FO.DM")
    pk = manager.post("/api/v1/queries/", {"form": form.pk, "text": "why"}).json()["id"]
    stranger = session(member("eve", "crc", other_site))
    assert stranger.get(f"/api/v1/queries/{pk}/").status_code == 404
    assert stranger.post(f"/api/v1/queries/{pk}/answer/", {"text": "x"}).status_code == 404
    assert stranger.post("/api/v1/queries/", {"form": form.pk, "text": "x"}).status_code == 403
    monitor = session(member("mia", "monitor", other_site))
    assert monitor.post("/api/v1/queries/", {"form": form.pk, "text": "x"}).status_code == 404


def test_the_audit_trail_is_filtered_and_study_wide(manager, session, member, complete, subject):
    complete("FO.DM")
    rows = manager.get("/api/v1/audit/?action=subject.enrolled").json()["results"]
    assert [(row["subject_key"], row["actor"][-6:]) for row in rows] == [(subject.subject_key, "(crc0)")]
    assert manager.get("/api/v1/audit/?actor=nobody").json()["results"] == []
    assert manager.get("/api/v1/audit/?since=2126-01-01T00:00:00Z").json()["results"] == []
    assert manager.get("/api/v1/audit/?since=yesterday").status_code == 400
    assert session(member("nina", "crc")).get("/api/v1/audit/").json()["results"] == []


def test_final_values_in_the_trail_are_open(manager, complete, subject):
    form = complete("FO.DM")
    query = f"action=entry.submitted&target_type=edc.forminstance&target_id={form.pk}"
    rows = manager.get(f"/api/v1/audit/?{query}").json()["results"]
    assert len(rows) == 2
    assert all(row["after"]["content"]["items"] and row["hash"] for row in rows)


def test_lists_ask_the_database_a_bounded_number_of_times(manager, complete, django_assert_max_num_queries):
    form = complete("FO.DM")
    for number in range(6):
        manager.post("/api/v1/queries/", {"form": form.pk, "text": f"question {number}"})
    for path in ("queries", "audit", "disagreements"):
        with django_assert_max_num_queries(9):
            manager.get(f"/api/v1/{path}/?page_size=200")
    assert form_of(form.subject, "FO.DM").queries.count() == 6
