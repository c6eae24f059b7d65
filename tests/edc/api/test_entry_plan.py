"""The API's doors to decisions on differences, rates of entry errors and the plan of double entry."""

import pytest
from rest_framework.test import APIClient

from edc.models import Decision, EntryRate
from edc.services.entry_counts import quarter_of
from edc.services.reconcile import resolve_disagreement
from tests.factories.double_entry import EntryCountFactory
from tests.factories.entering import form_of


@pytest.fixture
def manager(member):
    return member("dee", "data_manager")


@pytest.fixture
def api(manager):
    client = APIClient()
    client.force_login(manager)
    return client


def test_a_decision_is_taken_back_and_both_are_listed(api, manager, subject, complete, enter):
    complete("FO.IC")
    form = form_of(subject, "FO.DM")
    enter(form, 1, AGE="58", SEX="F")
    enter(form, 2, AGE="59", SEX="M")
    found = form.disagreements.first()
    resolve_disagreement(disagreement=found, choice="first", entry=None, reason="Source", actor=manager)
    path = f"/api/v1/disagreements/{found.pk}/decisions/"
    assert api.post(path, {}, format="json").status_code == 400
    taken = api.post(path, {"reason": "Wrong page"}, format="json")
    assert taken.status_code == 201
    listed = api.get(path).json()["results"]
    assert [(each["choice"], each["withdraws"]) for each in listed] == [
        ("first", None),
        ("", listed[0]["id"]),
    ]
    assert Decision.objects.count() == 2


def test_the_plan_is_read_and_decided_on_the_numbers_seen(api, study, site, other_site):
    quarter = quarter_of(study.created_at)
    EntryCountFactory(site=site, quarter=quarter, compared=800)
    EntryCountFactory(site=other_site, quarter=quarter, compared=800)
    rates = api.get("/api/v1/error-rates/", {"study": study.oid, "by": "site"}).json()
    assert [(each["names"][0], each["compared"]) for each in rates["results"]] == [("S01", 800)]
    (line,) = api.get("/api/v1/entry-plan/", {"study": study.oid}).json()["results"]
    assert (line["site"], line["percent"], line["proposal"], line["limit"]) == ("S01", 100, 50, "0.500")
    decision = {"study": study.oid, "site": "S01", "form_oid": "FO.DM", "percent": 50, "reason": "Meeting 3"}
    assert api.post("/api/v1/entry-plan/decisions/", decision | {"seen": "old"}).status_code == 409
    elsewhere = decision | {"seen": line["seen"], "site": "S02"}
    assert api.post("/api/v1/entry-plan/decisions/", elsewhere).status_code == 404
    assert api.post("/api/v1/entry-plan/decisions/", decision | {"seen": line["seen"]}).status_code == 201
    (listed,) = api.get("/api/v1/entry-plan/decisions/", {"study": study.oid}).json()["results"]
    assert (listed["before"], listed["percent"], listed["numbers"]["all"]["compared"]) == (100, 50, 800)
    assert EntryRate.objects.get().site == site
