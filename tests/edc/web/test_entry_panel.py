"""The panel beside a form: guide, queries, history and correction of one item."""

import pytest
from django.urls import reverse

from edc.models import AuditEvent, FormInstance, ItemValue, Query
from edc.services.query import raise_query
from tests.edc.web.entry_door import browser, get, save
from tests.factories.entering import entry, form_of


@pytest.fixture
def form(complete):
    return complete("FO.DM", AGE="58")


def panel(user, form, path, tab):
    answer = browser(user).get(reverse("form-panel", args=[form.pk]), {"path": path, "tab": tab})
    return answer.content.decode() if answer.status_code == 200 else answer.status_code


def turn(user, form, query, what, text="Checked against the source"):
    url = reverse("form-query", args=[form.pk, query.pk])
    return browser(user).post(url, {"turn": what, "text": text}, headers={"HX-Request": "true"})


def test_the_guide_names_limits_and_what_reads_the_item(form, crcs):
    guide = panel(crcs[0], form, "IT.DM.AGE", "guide")
    assert "0–120" in guide
    assert "up to 90" in guide
    assert "I2 18 years or older" in guide
    assert "AGEYRS" in guide


def test_an_item_that_the_form_lacks_is_not_found(form, crcs):
    assert panel(crcs[0], form, "IT.LBC.ALB", "guide") == 404


def test_the_history_of_a_draft_is_seen_by_its_person_alone(subject, complete, crcs):
    complete("FO.IC")
    draft = form_of(subject, "FO.DM")
    client = browser(crcs[0])
    save(client, draft, "IT.DM.AGE", entry("41"))
    save(client, draft, "IT.DM.AGE", entry("42"), 1)
    assert "41" in panel(crcs[0], draft, "IT.DM.AGE", "history")
    assert "Nothing has been changed here yet" in panel(crcs[1], draft, "IT.DM.AGE", "history")


@pytest.mark.parametrize(("role", "sees"), [("data_manager", True), ("monitor", False), ("crc", False)])
def test_both_passes_are_shown_to_who_resolves_alone(form, member, role, sees):
    history = panel(member("ivy", role), form, "IT.DM.AGE", "history")
    assert ("Both passes" in history) is sees


def test_a_query_is_asked_answered_and_closed_at_its_item(form, member, crcs):
    manager = member("mia", "data_manager")
    asked = browser(manager).post(
        reverse("form-ask", args=[form.pk]), {"path": "IT.DM.AGE", "text": "Is the age right?"}
    )
    assert asked.headers["HX-Retarget"] == "#panel"
    query = Query.objects.get(path="IT.DM.AGE")
    assert "1 open query" in get(browser(manager), form).content.decode()
    assert turn(crcs[0], form, query, "answer").status_code == 200
    assert turn(manager, form, query, "close").status_code == 200
    query.refresh_from_db()
    assert query.state == Query.State.CLOSED


def test_a_query_may_be_asked_by_those_only_who_review(form, crcs):
    url = reverse("form-ask", args=[form.pk])
    assert browser(crcs[0]).post(url, {"path": "IT.DM.AGE", "text": "?"}).status_code == 403


def test_a_query_of_another_form_is_not_found(form, subject, complete, member, crcs):
    other = complete("FO.ENR")
    query = raise_query(form=other, path="IT.ENR.ENRDAT", text="?", actor=member("mia", "data_manager"))
    assert turn(crcs[0], form, query, "answer").status_code == 404


@pytest.mark.requirement("E4")
def test_a_correction_needs_a_reason_and_changes_the_value(form, crcs):
    client, url = browser(crcs[0]), reverse("form-correct", args=[form.pk])
    sent = {"path": "IT.DM.AGE", "raw": "59"}
    assert client.post(url, sent, headers={"HX-Request": "true"}).status_code == 422
    other = {**sent, "reason_code": "other"}
    assert client.post(url, other, headers={"HX-Request": "true"}).status_code == 422
    answer = client.post(url, {**other, "reason": "Misread"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (204, "true")
    assert ItemValue.objects.get(form=form, item_oid="IT.DM.AGE").value == 59
    assert "Misread" in panel(crcs[0], form, "IT.DM.AGE", "history")


def test_a_reason_is_picked_and_offered_again_for_the_same_form_alone(form, complete, crcs):
    client, url = browser(crcs[0]), reverse("form-correct", args=[form.pk])
    sent = {"path": "IT.DM.AGE", "raw": "59", "reason_code": "source_updated", "reason": "Second report"}
    assert client.post(url, sent, headers={"HX-Request": "true"}).status_code == 204

    def offered(item):
        return client.get(
            reverse("form-panel", args=[item.pk]), {"path": item_path[item.pk], "tab": "correct"}
        )

    other = complete("FO.ENR")
    item_path = {form.pk: "IT.DM.SEX", other.pk: "IT.ENR.ENRDAT"}
    again, elsewhere = offered(form), offered(other)

    event = AuditEvent.objects.get(action="item.corrected")
    assert event.reason == "source_updated: Second report"
    assert (again.context["given_code"], again.context["given_text"]) == ("source_updated", "Second report")
    assert elsewhere.context["given_code"] == ""
    history = panel(crcs[0], form, "IT.DM.AGE", "history")
    assert "Source updated: Second report" in history
    assert "Data entry (CRC) · Page" in history


def test_only_data_entry_corrects(form, member):
    sent = {"path": "IT.DM.AGE", "raw": "59", "reason_code": "other", "reason": "Misread"}
    client = browser(member("mia", "data_manager"))
    assert client.post(reverse("form-correct", args=[form.pk]), sent).status_code == 403
    assert FormInstance.objects.get(pk=form.pk).status == FormInstance.Status.COMPLETE
