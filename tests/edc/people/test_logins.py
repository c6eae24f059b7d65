"""Who logged in, from where, and what was refused is on record: for the person and for the administrator."""

import pytest
from django.urls import reverse

from edc.models import AuditEvent, Role, User
from edc.selectors.sessions import session_events_of, session_events_visible_to
from tests.factories.models import PASSWORD, MembershipFactory

pytestmark = pytest.mark.usefixtures("english")
BROWSER = {"User-Agent": "Firefox/150", "X-Forwarded-For": "203.0.113.9"}


@pytest.fixture
def english(client):
    client.cookies["django_language"] = "en"


@pytest.fixture
def ada(member):
    return member("ada", "crc")


@pytest.fixture
def head(member):
    return member("root", Role.ADMINISTRATOR, study_wide=True)


def tries(client, password=PASSWORD, username="ada"):
    fields = {"login": username, "password": password}
    return client.post("/accounts/login/", fields, headers=BROWSER, REMOTE_ADDR="192.0.2.7")


def actions(user):
    return [event.action for event in session_events_of(user)]


@pytest.mark.requirement("I1", "N7")
def test_a_login_and_a_logout_are_on_record_with_address_browser_and_proof(client, ada):
    tries(client)
    answer = client.post("/accounts/logout/", headers=BROWSER, REMOTE_ADDR="192.0.2.7")

    ended, began = session_events_of(ada)
    assert (began.action, ended.action) == ("session.began", "session.ended")
    # Outside production nobody stands before the platform who could vouch for a forwarded address.
    assert began.after == {"address": "192.0.2.7", "agent": "Firefox/150", "method": "password"}
    assert (began.actor, began.channel) == (ada, "page")
    assert answer["Clear-Site-Data"] == '"cache"'


@pytest.mark.requirement("P17")
def test_failures_lock_the_account_once_and_an_administrator_unlocks_it(client, ada, head):
    answers = [tries(client, "wrong").status_code for _time in range(7)]

    assert answers == [200] * 4 + [429] * 3
    assert actions(ada) == ["session.locked"] + ["session.refused"] * 5
    assert {event.actor.username for event in session_events_of(ada)} == {"system.gate"}
    assert tries(client).status_code == 429

    client.force_login(head)
    page = client.get(reverse("person", args=[ada.pk])).content.decode()
    assert "Locked by failed attempts" in page
    client.post(reverse("person-act", args=[ada.pk, "unlock"]))
    client.logout()
    assert tries(client).status_code == 302
    assert AuditEvent.objects.get(action="session.unlocked").actor == head


def test_a_name_that_no_account_has_is_not_kept(client, ada, head):
    tries(client, "wrong", username="my-secret-password-by-mistake")

    event = AuditEvent.objects.get(action="session.refused")
    assert "my-secret" not in str(event.__dict__)
    assert event in session_events_visible_to(head)


def test_the_person_is_told_of_the_last_login_and_of_refusals_since(client, ada):
    tries(client)
    client.logout()
    client.cookies["django_language"] = "en"
    tries(client, "wrong")
    tries(client, "wrong")
    tries(client)

    page = client.get("/").content.decode()
    assert "from 192.0.2.7" in page
    assert "2 attempts were refused since then" in page
    assert client.get(reverse("security")).content.decode().count("<tr>") == 1 + 4


def test_an_administrator_sees_the_logins_of_their_studies_people_only(client, ada, head):
    tries(client)
    client.logout()
    stranger = MembershipFactory().user
    tries(client, username=stranger.username)
    client.logout()
    client.force_login(head)

    page = client.get(reverse("logins"), {"kind": "session.began"})
    found = [line["person"] for line in page.context["lines"]]
    assert found == [ada]
    assert client.get(reverse("logins"), {"q": "nobody"}).context["lines"] == []
    assert client.get(reverse("person", args=[stranger.pk])).context["lines"] == []


def test_a_closed_account_lets_nobody_in_and_opens_again_as_it_was(client, ada, head):
    tries(client)
    admin = type(client)()
    admin.force_login(head)
    admin.post(reverse("person-act", args=[ada.pk, "close"]))

    assert client.get("/").url.startswith("/accounts/login/")
    assert User.objects.get(username="ada").is_active is False
    admin.post(reverse("person-act", args=[ada.pk, "reopen"]))
    assert tries(client).status_code == 302
    assert [e.action for e in AuditEvent.objects.filter(actor=head)] == ["user.closed", "user.reopened"]


def test_the_administrator_gives_a_password_that_is_shown_once(client, ada, head):
    client.force_login(head)
    made = client.post(reverse("person-password", args=[ada.pk]))

    once = made.context["once"]
    assert once in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    assert once not in client.get(reverse("person", args=[ada.pk])).content.decode()
    client.logout()
    assert tries(client, once).status_code == 302


@pytest.mark.parametrize("wrong", ["no address", "taken@example.org"])
def test_an_email_is_one_persons(client, ada, head, wrong):
    User.objects.filter(pk=head.pk).update(email="Taken@example.org")
    client.force_login(head)
    to = reverse("person-email", args=[ada.pk])

    assert client.post(to, {"email": wrong}).status_code == 422
    assert client.post(to, {"email": "ada@example.org"}).status_code == 302
    assert User.objects.get(username="ada").email == "ada@example.org"
    assert AuditEvent.objects.get(action="user.email_set").after == {"email": "ada@example.org"}
