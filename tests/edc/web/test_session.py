"""A session that ended loses nothing: the draft stays, and logging in leads back to the page."""

import pytest
from django.urls import reverse

from edc.models import DraftItem, User
from edc.services.entry import open_draft, save_item
from tests.factories.entering import entry, form_of
from tests.factories.models import PASSWORD


@pytest.fixture
def draft(member, subject):
    """A draft of the consent form with one item typed by ada."""
    ada = member("ada", "crc")
    form = form_of(subject, "FO.IC")
    open_draft(form=form, actor=ada)
    save_item(form=form, path="IT.IC.ICTYPE", entry=entry("SIGNED"), expected_version=0, actor=ada)
    return form


@pytest.mark.requirement("N11")
def test_logging_in_after_the_session_ended_leads_back_to_the_draft_as_it_was(client, draft):
    page = reverse("form-entry", args=[draft.pk])
    client.force_login(User.objects.get(username="ada"))
    client.session.flush()
    sent_away = client.get(page)

    answer = client.post(sent_away.url, {"login": "ada", "password": PASSWORD})

    assert sent_away.url == f"/accounts/login/?next={page}"
    assert answer.url == page
    assert client.get(page).context["shown"] == "draft"
    assert DraftItem.objects.get(draft__form=draft).entry["raw"] == "SIGNED"


@pytest.mark.requirement("E12")
def test_a_save_after_the_session_ended_is_sent_to_the_log_in_and_changes_nothing(client, draft):
    answer = client.post(reverse("form-items", args=[draft.pk]), {"path": "IT.IC.ICTYPE", "raw": "NONE"})

    assert answer.url.startswith("/accounts/login/")
    assert DraftItem.objects.get(draft__form=draft).entry["raw"] == "SIGNED"


@pytest.mark.parametrize("raw", ["a\\u0000b", "half \\ud800 pair"])
def test_a_save_with_characters_that_cannot_be_kept_changes_nothing(client, draft, raw):
    client.force_login(User.objects.get(username="ada"))
    body = f'{{"path": "IT.IC.ICTYPE", "raw": "{raw}", "version": 1}}'

    answer = client.post(reverse("form-items", args=[draft.pk]), body, content_type="application/json")

    assert answer.status_code == 422
    assert DraftItem.objects.get(draft__form=draft).entry["raw"] == "SIGNED"


@pytest.mark.parametrize("name", ["switch", "subject-enrol", "token-issue"])
def test_a_post_without_the_token_of_the_page_is_refused(client, member, name):
    client.handler.enforce_csrf_checks = True
    client.force_login(member("ada", "crc"))

    assert client.post(reverse(name), {}).status_code == 403
