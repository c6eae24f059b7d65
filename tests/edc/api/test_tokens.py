"""Tokens: narrower than their owner, ended by time or by hand, and never a way to another token."""

from datetime import timedelta

import pytest
from django.utils import timezone

from edc import access
from edc.models import ApiToken, AuditEvent
from edc.services.enrol import enrol_subject
from tests.factories.entering import RECORDS, form_of, record

URL = "/api/v1/tokens/"
LISTS = ("studies", "subjects", "queries", "disagreements", "audit", "runs", "scores")


def issue(client, **changes):
    return client.post(URL, {"name": "pacs", "scopes": ["read"], "days": 30} | changes)


@pytest.fixture
def ada(member):
    return member("ada", "crc")


def test_a_person_makes_lists_and_revokes_their_own_tokens(session, program, ada):
    client = session(ada)
    made = issue(client)
    assert made.status_code == 201, made.json()
    token = ApiToken.objects.get()
    assert made.json()["token"] not in (token.token_sha256, token.prefix)
    listed = client.get(URL).json()["results"]
    assert [row["name"] for row in listed] == ["pacs"]
    assert "token" not in listed[0]
    assert client.delete(f"{URL}{token.pk}/").status_code == 204
    assert client.get(URL).json()["results"][0]["revoked_at"]
    assert set(AuditEvent.objects.values_list("action", flat=True)) >= {"token.issued", "token.revoked"}


def test_nobody_sees_or_revokes_anothers_token(session, member, ada):
    issue(session(ada))
    other = session(member("grace", "crc"))
    assert other.get(URL).json()["results"] == []
    assert other.delete(f"{URL}{ApiToken.objects.get().pk}/").status_code == 404
    assert ApiToken.objects.get().revoked_at is None


def test_a_token_makes_no_token(program, ada):
    client = program(ada, "read", "enter", "upload")
    assert issue(client).status_code == 403
    assert client.get(URL).status_code == 403
    assert client.delete(f"{URL}{ApiToken.objects.get().pk}/").status_code == 403


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"scopes": []}, 400, "scopes"),
        ({"scopes": ["root"]}, 400, "scopes.0"),
        ({"days": 0}, 400, "days"),
        ({"days": 400}, 400, "days"),
        ({"name": "   "}, 400, "name"),
        ({"site": "S01"}, 400, "study"),
        ({"study": "ChiCTR2600000001", "site": "S02"}, 422, "site"),
    ],
)
def test_what_no_token_may_be_is_refused_by_field(session, ada, changes, status, field):
    answer = issue(session(ada), **changes)
    assert answer.status_code == status, answer.json()
    assert field in answer.json()["errors"]
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("end", ["revoked_at", "expires_at"])
@pytest.mark.requirement("P17")
def test_an_ended_token_is_401_at_once(program, ada, end):
    client = program(ada)
    assert client.get("/api/v1/subjects/").status_code == 200
    ApiToken.objects.update(**{end: timezone.now() - timedelta(seconds=1)})
    assert client.get("/api/v1/subjects/").status_code == 401


def test_a_token_ends_with_its_owners_account_and_role(program, ada):
    client = program(ada)
    ada.memberships.update(active=False)
    access.sync_grants(ada)
    assert client.get("/api/v1/studies/").json()["results"] == []
    ada.is_active = False
    ada.save()
    assert client.get("/api/v1/studies/").status_code == 401


def test_the_last_use_is_known_to_the_minute(program, ada):
    client = program(ada)
    assert ApiToken.objects.get().last_used_at is None
    client.get("/api/v1/subjects/")
    used = ApiToken.objects.get().last_used_at
    assert timezone.now() - used < timedelta(seconds=30)
    client.get("/api/v1/subjects/")
    assert ApiToken.objects.get().last_used_at == used
    ApiToken.objects.update(last_used_at=used - timedelta(minutes=2))
    client.get("/api/v1/subjects/")
    assert ApiToken.objects.get().last_used_at > used


@pytest.mark.requirement("P8")
def test_an_upload_token_reads_nothing(program, ada, form, subject):
    client = program(ada, "upload")
    for name in LISTS:
        assert client.get(f"/api/v1/{name}/").json()["results"] == [], name
    for path in (f"subjects/{subject.pk}/", f"forms/{form.pk}/", f"studies/{subject.study.oid}/"):
        assert client.get(f"/api/v1/{path}").status_code == 404, path
    whole = record(RECORDS["FO.DM"])
    assert client.post(f"/api/v1/forms/{form.pk}/observations/", whole).status_code == 404


def test_a_read_token_writes_nothing(program, ada, form, subject, study):
    client, before = program(ada, "read"), AuditEvent.objects.count()
    writes = {
        "subjects/": {"study": study.oid, "site": "S01"},
        f"subjects/{subject.pk}/eligibility/": {},
        f"forms/{form.pk}/observations/": record(RECORDS["FO.DM"]),
        f"forms/{form.pk}/draft/rows/": {"group_oid": "IG.DM"},
        "queries/": {"form": form.pk, "text": "why"},
    }
    assert client.get(f"/api/v1/forms/{form.pk}/").status_code == 200
    before = AuditEvent.objects.count()
    for path, body in writes.items():
        assert client.post(f"/api/v1/{path}", body).status_code == 403, path
    assert AuditEvent.objects.count() == before


def test_an_entry_token_enters_and_reads_no_values(program, ada, complete, subject):
    client = program(ada, "enter")
    form = complete("FO.DM")
    assert client.get(f"/api/v1/forms/{form.pk}/").json()["values"] is None
    chemistry = form_of(subject, "FO.LBC")
    answer = client.post(f"/api/v1/forms/{chemistry.pk}/observations/", record(RECORDS["FO.LBC"]))
    assert answer.status_code == 201


def test_a_site_token_works_at_its_site_alone(program, member, subject, other_site, site):
    nurse = member("nina", "crc")
    member("nina", "crc", other_site)
    elsewhere = enrol_subject(site=other_site, actor=nurse)
    both, bound = program(nurse), program(nurse, site=site)
    assert len(both.get("/api/v1/subjects/").json()["results"]) == 2
    keys = [row["subject_key"] for row in bound.get("/api/v1/subjects/").json()["results"]]
    assert keys == [subject.subject_key]
    assert bound.get(f"/api/v1/subjects/{elsewhere.pk}/").status_code == 404
    answer = bound.post("/api/v1/subjects/", {"study": site.study.oid, "site": "S02"})
    assert answer.status_code == 404
    sites = bound.get(f"/api/v1/studies/{site.study.oid}/").json()["sites"]
    assert [each["oid"] for each in sites] == ["S01"]


def test_a_site_token_carries_no_study_wide_right(program, member, subject, site):
    manager = member("dm", "data_manager", study_wide=True)
    assert program(manager).get("/api/v1/audit/").json()["results"]
    assert program(manager, site=site).get("/api/v1/audit/").json()["results"] == []


def test_a_site_token_opens_no_other_study(program, member, site):
    from edc.models import Membership
    from tests.factories.models import StudyFactory

    nurse, other = member("nina", "crc"), StudyFactory()
    Membership.objects.create(user=nurse, study=other, role="crc")
    access.sync_grants(nurse)
    assert len(program(nurse).get("/api/v1/studies/").json()["results"]) == 2
    bound = program(nurse, site=site).get("/api/v1/studies/").json()["results"]
    assert [row["oid"] for row in bound] == [site.study.oid]
