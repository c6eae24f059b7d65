"""A role that a document asks for gives nothing until the training is on record, on pages and in the API."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from edc import access
from edc.design.protocol import SiteDef
from edc.models import AuditEvent, Membership, Notification
from edc.services.design import publish_design
from edc.services.people import end_membership, grant_membership, issue_token
from edc.services.role_gate import settle, settle_due
from edc.services.study_documents import Content, Terms, publish_document, withdraw_document
from tests.factories.designs import SITES, small_design, text
from tests.factories.models import PASSWORD, UserFactory
from tests.factories.training import StudyDocumentFactory

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("P9")]


def publish(study, actor, *, version="1.0", grace=0, roles=("crc",)):
    content = Content("sop", version, "录入规程", "Entry procedure", "先读原始资料。", "Read the source.")
    terms = Terms(roles, required=True, grace_days=grace)
    return publish_document(study=study, content=content, terms=terms, actor=actor)


@pytest.fixture
def manager(member):
    return member("meg", "data_manager", study_wide=True)


@pytest.fixture
def ada(member):
    return member("ada", "crc")


@pytest.fixture
def browser(client):
    client.cookies["django_language"] = "en"
    return client


def test_without_a_published_document_every_role_is_active(ada, site, manager, study):
    assert access.may(ada, "enter_data", site=site)
    StudyDocumentFactory(study=study, required=False)
    settle(user=ada, actor=manager)
    assert access.may(ada, "enter_data", site=site)


def test_a_required_document_stops_the_role_and_the_reading_lets_it_go_on(browser, ada, manager, study, site):
    document = publish(study, manager)
    assert not access.may(ada, "enter_data", site=site)
    assert access.roles_at(ada, study=study) == []
    browser.force_login(ada)
    answer = browser.get(reverse("subjects"), follow=True)
    assert answer.redirect_chain == [(reverse("training"), 302)]
    assert "Entry procedure" in answer.content.decode()
    page = reverse("document", args=[document.pk])
    assert "Read the source." in browser.get(page).content.decode()

    confirm = reverse("document-confirm", args=[document.pk])
    assert browser.post(confirm, {"password": PASSWORD}).status_code == 422  # not ticked
    assert browser.post(confirm, {"read": "yes", "password": "wrong"}).status_code == 422
    assert browser.post(confirm, {"read": "yes", "password": PASSWORD}).status_code == 302
    assert browser.get(reverse("subjects")).status_code == 200
    record = document.records.get()
    assert (record.how, record.user, record.document_sha256) == ("read", ada, document.sha256)
    actions = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    told = ("document.", "membership.waits", "membership.resumed", "signature.refused", "training.")
    assert [each for each in actions if each.startswith(told)] == [
        "document.published", "membership.waits", "signature.refused", "training.confirmed",
        "membership.resumed",
    ]  # fmt: skip


def test_a_token_of_a_role_that_waits_is_told_what_to_read(client, ada, manager, study, site):
    _token, text = issue_token(user=ada, name="script", scopes=["read"], site=None, days=1, actor=ada)
    publish(study, manager)
    answer = client.get("/api/v1/subjects/", headers={"Authorization": f"Bearer {text}"})
    body = json.loads(answer.content)
    assert (answer.status_code, body["code"]) == (403, "training_required")
    assert [each["document"] for each in body["training"]] == ["sop"]


def test_the_session_of_a_role_that_waits_is_told_so_by_the_api(client, ada, manager, study):
    publish(study, manager)
    client.force_login(ada)
    answer = client.get("/api/v1/subjects/")
    body = json.loads(answer.content)
    assert (answer.status_code, body["code"]) == (403, "training_required")
    assert body["training"][0]["title"] == {"zh": "录入规程", "en": "Entry procedure"}


def test_another_role_goes_on_and_a_refused_page_names_what_to_read(browser, member, manager, study):
    both = member("both", "monitor")
    member("both", "crc")
    publish(study, manager)
    browser.force_login(both)
    assert "A role of yours waits" in browser.get(reverse("subjects")).content.decode()
    refused = browser.get(reverse("imports"))
    assert refused.status_code == 403
    assert "Entry procedure" in refused.content.decode()


def test_days_of_grace_pass_before_the_role_stops(browser, ada, manager, study, site, monkeypatch):
    publish(study, manager, grace=14)
    browser.force_login(ada)
    page = browser.get(reverse("subjects"))
    assert page.status_code == 200
    assert "then a role of yours stops" in page.content.decode()
    later = timezone.now() + timedelta(days=15)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    browser.force_login(ada)  # the session is of that day
    assert browser.get(reverse("subjects")).status_code == 302
    assert not access.may(ada, "enter_data", site=site)


def test_the_periodic_task_stops_roles_whose_people_do_not_come(
    ada, manager, study, site, system, monkeypatch
):
    publish(study, manager, grace=14)
    assert settle_due(actor=system) == 0
    later = timezone.now() + timedelta(days=15)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert settle_due(actor=system) == 1
    assert not access.may(ada, "enter_data", site=site)
    assert Notification.objects.filter(user=ada, kind="role_waits").exists()


def test_a_role_granted_later_waits_at_once(member, manager, study, site):
    publish(study, manager, grace=14)
    newcomer, head = UserFactory(), member("root", "administrator", study_wide=True)
    grant_membership(user=newcomer, study=study, site=site, role="crc", actor=head)
    assert not access.may(newcomer, "enter_data", site=site)
    assert Membership.objects.get(user=newcomer).waits_since is not None


def test_a_role_given_again_has_no_grace_and_a_repeat_of_one_held_keeps_it(ada, member, manager, study, site):
    head = member("root", "administrator", study_wide=True)
    given = {"user": ada, "study": study, "site": site, "role": "crc", "actor": head}
    publish(study, manager, grace=14)
    assert grant_membership(**given).waits_since is None
    assert access.may(ada, "enter_data", site=site)

    end_membership(membership=ada.memberships.get(), actor=head)
    grant_membership(**given)
    assert not access.may(ada, "enter_data", site=site)
    assert AuditEvent.objects.filter(action="membership.waits").count() == 1


def test_a_role_that_stops_when_another_one_ends_is_recorded_and_told(ada, member, study):
    head, monitor = member("root", "administrator", study_wide=True), member("ada", "monitor")
    StudyDocumentFactory(study=study, roles=["crc"])
    end_membership(membership=monitor.memberships.get(role="monitor"), actor=head)
    assert AuditEvent.objects.get(action="membership.waits").actor == head
    assert Notification.objects.filter(user=ada, kind="role_waits", about="crc").exists()


def test_a_role_that_stops_when_the_study_gets_a_site_is_recorded(member, study, system):
    member("mo", "monitor", study_wide=True)
    StudyDocumentFactory(study=study, roles=["monitor"])
    publish_design(design=small_design(sites=(*SITES, SiteDef("S03", "wuxi", text("Third")))), actor=system)
    assert AuditEvent.objects.get(action="membership.waits").after["user"] == "mo"


def test_a_withdrawn_document_stops_nobody_any_more(ada, manager, study, site):
    document = publish(study, manager)
    withdraw_document(document=document, reason="Wrong text", actor=manager)
    assert access.may(ada, "enter_data", site=site)


def test_another_study_goes_on(ada, manager, study, site):
    publish_elsewhere = StudyDocumentFactory(roles=["crc"])
    settle(user=ada, actor=manager)
    assert publish_elsewhere.study != study
    assert access.may(ada, "enter_data", site=site)
