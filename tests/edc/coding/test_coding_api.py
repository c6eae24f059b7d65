"""Coding at a session of the API: listed, proposed, approved by another, sent back; the page's rights."""

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from edc.models import ApiToken, AuditEvent, Coding
from edc.services.people import issue_token
from tests.factories.coding import CodedItemFactory, DictionaryFactory, DictionaryTermFactory

NOTE = "IT.DM.NOTE"


@pytest.fixture
def log_in(member):
    def now(name, role="data_manager", **where):
        client = APIClient()
        client.force_login(member(name, role, **where), backend="django.contrib.auth.backends.ModelBackend")
        client.credentials(HTTP_ACCEPT_LANGUAGE="en")
        return client

    return now


@pytest.fixture
def value(complete, study):
    """A note of a completed form; the dictionary of its item has one term of other words."""
    dictionary = DictionaryFactory(study=study, version="1.0")
    DictionaryTermFactory(dictionary=dictionary, code="90001", zh="虚拟头痛")
    CodedItemFactory(dictionary=dictionary, item_oid=NOTE)
    return complete("FO.DM", NOTE="头疼得厉害").values.get(item_oid=NOTE)


def url(name, *args):
    return reverse(f"api:{name}", args=args)


def listed(client, **asked):
    return client.get(url("coding-values"), asked).json()["results"]


def give(client, value, code="90001", **headers):
    return client.post(url("coding-value-code", value.pk), {"code": code}, format="json", **headers)


def test_one_person_proposes_and_another_approves(log_in, value):
    meg, max_ = log_in("meg"), log_in("max")
    [line] = listed(meg, coding_state="open")
    assert (line["id"], line["verbatim"], line["coding"]) == (value.pk, "头疼得厉害", None)
    made = give(meg, value)
    assert (made.status_code, made.json()["term"]["code"], made.json()["approver"]) == (201, "90001", None)
    approval = url("coding-approval", made.json()["id"])
    assert meg.post(approval).status_code == 409
    assert max_.post(approval).json()["approver"] == "max"
    [line] = listed(meg, coding_state="approved")
    assert (line["coding"]["coder"], line["coding"]["approver"]) == ("meg", "max")
    assert listed(meg, coding_state="left") == []
    events = AuditEvent.objects.filter(action__startswith="coding.").order_by("pk")
    assert list(events.values_list("action", "channel")) == [
        ("coding.proposed", "api"),
        ("coding.approved", "api"),
    ]


def test_a_repeated_proposal_is_one_code(log_in, value):
    meg = log_in("meg")
    first, again = (give(meg, value, HTTP_IDEMPOTENCY_KEY="k1") for _ in range(2))
    assert first.json() == again.json()
    assert Coding.objects.count() == 1


def test_terms_are_found_and_a_code_that_is_none_is_named(log_in, value):
    meg = log_in("meg")
    [term] = meg.get(url("coding-value-terms", value.pk), {"q": "90001"}).json()
    assert (term["code"], term["zh"]) == ("90001", "虚拟头痛")
    refused = give(meg, value, code="1")
    assert (refused.status_code, set(refused.json()["errors"])) == (422, {"code"})
    assert not Coding.objects.exists()


def test_a_code_is_sent_back_with_its_reason(log_in, value):
    meg = log_in("meg")
    made = give(meg, value).json()
    ended = meg.post(url("coding-back", made["id"]), {"reason": "Another sense"}, format="json")
    assert (ended.status_code, ended.json()["ended_reason"]) == (200, "Another sense")
    assert [each["coding"] for each in listed(meg)] == [None]


def test_a_token_codes_nothing(member, value):
    owner = member("kit", "data_manager")
    _token, secret = issue_token(
        user=owner, name="robot", scopes=list(ApiToken.Scope.values), site=None, days=1, actor=owner
    )
    robot = APIClient(headers={"Authorization": f"Bearer {secret}"})
    assert listed(robot) == []
    assert give(robot, value).status_code == 403
    assert not Coding.objects.exists()


def test_nobody_else_and_no_other_site_codes(log_in, value, other_site):
    for name, role, where, status in (
        ("zoe", "data_manager", {"site": other_site}, 404),
        ("mia", "monitor", {}, 403),
        ("ivy", "investigator", {}, 403),
    ):
        client = log_in(name, role, **where)
        assert give(client, value).status_code == status
        assert len(listed(client)) == (1 if role == "investigator" else 0)
    assert not Coding.objects.exists()
