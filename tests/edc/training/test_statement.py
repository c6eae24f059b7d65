"""Nobody signs before they accepted in writing that they answer for their electronic signature."""

import pytest
from django.urls import reverse

from edc import access
from edc.errors import DutyFirst
from edc.models import AuditEvent, Membership, Notification, Signature, StatementAcceptance
from edc.selectors import statement as selectors
from edc.services.audit_review import save_criteria, sign_review
from tests.factories.models import PASSWORD, UserFactory
from tests.factories.training import StatementAcceptanceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("P10")]


def person(site, role):
    """A member who has accepted nothing."""
    user = UserFactory()
    Membership.objects.create(user=user, study=site.study, site=site, role=role)
    access.sync_grants(user)
    return user


@pytest.fixture
def investigator(site):
    return person(site, "investigator")


@pytest.fixture
def page(client, investigator):
    client.cookies["django_language"] = "en"
    client.force_login(investigator)
    return client


def test_the_first_signature_is_refused_until_the_statement_is_accepted(page, complete, investigator):
    form = complete("FO.DM")
    sign = reverse("form-sign", args=[form.pk])
    given = {"password": PASSWORD, "meaning": "reviewed", "content": form.content_sha256}
    shown = page.get(reverse("form-entry", args=[form.pk])).content.decode()
    assert "Before your first signature" in shown
    refused = page.post(sign, given, headers={"HX-Request": "true"})
    assert refused.status_code == 403
    assert "Accept the statement" in refused.content.decode()
    assert not Signature.objects.exists()

    where = reverse("statement")
    assert selectors.TEXTS["en"] in page.get(where).content.decode()
    assert page.post(where, {"password": "wrong"}).status_code == 422
    back = reverse("form-entry", args=[form.pk])
    accepted = page.post(where, {"password": PASSWORD, "next": back})
    assert (accepted.status_code, accepted.headers["Location"]) == (302, back)
    assert page.post(sign, given).status_code == 302
    assert Signature.objects.get().signer == investigator


def test_the_text_as_it_was_read_is_kept_with_its_hash_and_recorded(page, investigator):
    page.post(reverse("statement"), {"password": PASSWORD, "next": "https://elsewhere.example/"})
    kept = StatementAcceptance.objects.get(user=investigator)
    assert (kept.version, kept.language, kept.text) == (selectors.VERSION, "en", selectors.TEXTS["en"])
    assert kept.text_sha256 == selectors.text_sha256("en")
    event = AuditEvent.objects.get(action="statement.accepted")
    assert (event.actor, event.after["sha256"]) == (investigator, kept.text_sha256)
    assert page.post(reverse("statement"), {"password": PASSWORD}).status_code == 409  # once


def test_a_new_version_of_the_statement_asks_again(page, investigator, monkeypatch):
    StatementAcceptanceFactory(user=investigator)
    monkeypatch.setattr(selectors, "VERSION", "2")
    assert selectors.acceptance_of(investigator) is None


def test_a_review_of_the_audit_trail_is_signed_under_it_too(site, study):
    auditor = person(site, "auditor")
    criteria = save_criteria(study=study, name="All", filters={}, every_days=30, actor=auditor)
    with pytest.raises(DutyFirst):
        sign_review(criteria=criteria, upto=1, findings="None", password=PASSWORD, actor=auditor)


def test_a_data_manager_lists_and_reminds_who_has_not_accepted(client, member, investigator, study):
    client.force_login(member("meg", "data_manager", study_wide=True))
    listed = client.get(reverse("signers"))
    missing = [user for user, _roles, acceptance in listed.context["lines"] if acceptance is None]
    assert missing == [investigator]
    rows = b"".join(client.get(reverse("signers-csv")).streaming_content).decode()
    assert "meg" in rows
    assert client.post(reverse("signers-remind")).status_code == 302
    assert Notification.objects.get(kind="statement_asked").user == investigator
    told = client.get("/api/v1/training/statements/", {"user": "meg"}).json()["results"]
    assert told[0]["text_sha256"] == selectors.text_sha256("en")


def test_the_persons_page_shows_training_and_statement(client, member, site):
    client.cookies["django_language"] = "en"
    signer = member("pi", "investigator")
    client.force_login(member("root", "administrator", study_wide=True))
    page = client.get(reverse("person", args=[signer.pk])).content.decode()
    assert "accepted 20" in page
    assert selectors.text_sha256("en")[:12] in page
