"""People are told what concerns them: on the page behind the bell, and by e-mail without any subject."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from edc.models import AuditEvent, Notification, Role
from edc.services.notifications import send_digests
from edc.services.passwords import reset_password
from edc.services.people import end_membership, grant_membership
from edc.services.query import answer_query, assign_query, raise_query
from tests.factories.accounts import NotificationFactory
from tests.factories.models import UserFactory

Kind = Notification.Kind


@pytest.fixture
def ada(member, client):
    client.cookies["django_language"] = "en"
    user = member("ada", "crc")
    user.email = "ada@example.org"
    user.language = "en"
    user.save()
    return user


@pytest.fixture
def head(member):
    return member("root", Role.ADMINISTRATOR, study_wide=True)


def kinds_of(user):
    return [each.kind for each in user.notifications.order_by("pk")]


@pytest.mark.requirement("P17")
def test_a_locked_account_is_told_to_its_administrators_alone(client, ada, head, member):
    member("meg", "data_manager")
    stranger = member("stranger", Role.ADMINISTRATOR)
    stranger.memberships.update(active=False)
    for _time in range(6):
        client.post("/accounts/login/", {"login": "ada", "password": "wrong"})

    assert list(Notification.objects.values_list("user__username", "kind", "about")) == [
        ("root", Kind.ACCOUNT_LOCKED, "ada")
    ]
    client.force_login(head)
    page = client.get(reverse("notifications")).content.decode()
    assert "The account ada was locked by failed log-ins." in page


def test_queries_are_told_by_their_number_to_who_sees_to_them(complete, ada, member):
    meg = member("meg", "data_manager")
    query = raise_query(form=complete("FO.DM"), path="", text="Is 58 right?", actor=meg)

    assign_query(query=query, assignee=ada, actor=meg)
    answer_query(query=query, text="Yes", actor=ada)

    assert (kinds_of(ada), kinds_of(meg)) == ([Kind.QUERY_ASSIGNED], [Kind.QUERY_ANSWERED])
    told = ada.notifications.get()
    assert (told.about, told.url, told.site) == (
        f"Q-{query.pk}",
        f"/queries/{query.pk}/",
        query.form.subject.site,
    )


def test_roles_and_changes_of_the_account_are_told_to_the_person(ada, head, study, site):
    held = grant_membership(user=ada, study=study, site=site, role="monitor", actor=head)
    end_membership(membership=held, actor=head)
    reset_password(user=ada, actor=head)

    assert kinds_of(ada) == [Kind.ROLE_GRANTED, Kind.ROLE_ENDED, Kind.ACCOUNT_CHANGED]
    assert kinds_of(head) == []


def test_the_page_has_a_sentence_for_every_kind(client, ada):
    for kind in Kind.values:
        NotificationFactory(user=ada, kind=kind, about="V2.0")
    client.force_login(ada)
    assert client.get(reverse("notifications")).status_code == 200


def test_the_bell_counts_and_reading_leads_on(client, ada):
    told = NotificationFactory(user=ada, about="Q-7", url="/queries/7/")
    NotificationFactory(user=ada, kind=Kind.ROLE_ENDED, about="monitor", url="")
    theirs = NotificationFactory()
    client.force_login(ada)
    assert "2 unread" in client.get(reverse("notification-count")).content.decode()

    assert client.post(reverse("notification-read", args=[told.pk])).url == "/queries/7/"
    assert client.post(reverse("notification-read", args=[theirs.pk])).status_code == 404
    unread = client.get(reverse("notifications"), {"show": "unread"})
    assert [line["words"] for line in unread.context["lines"]] == ["Your role Monitor ended."]
    only = client.get(reverse("notifications"), {"kind": Kind.QUERY_ASSIGNED})
    assert [line["told"] for line in only.context["lines"]] == [told]
    client.post(reverse("notifications-read"))
    assert client.get(reverse("notification-count")).content.decode().strip() == ""
    assert Notification.objects.get(pk=theirs.pk).read_at is None


def test_a_digest_counts_what_is_unread_and_names_no_subject(ada, system, subject):
    NotificationFactory(user=ada, about="Q-7")
    NotificationFactory(user=ada, about="#8")
    NotificationFactory(user=ada, read_at=timezone.now())

    assert send_digests(actor=system) == 1

    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["ada@example.org"], "Tandem: 2 unread notifications")
    assert "- A query was assigned to you: 2" in sent.body
    assert "/notifications/" in sent.body
    assert subject.subject_key not in sent.body
    assert AuditEvent.objects.get(action="digest.sent").after == {"count": 2}
    assert send_digests(actor=system) == 0


@pytest.mark.parametrize(
    ("period", "hours", "is_sent"),
    [
        ("daily", 20, False),
        ("daily", 24, True),
        ("weekly", 30, False),
        ("weekly", 7 * 24, True),
        ("off", 999, False),
    ],
)
def test_a_digest_comes_as_often_as_the_person_chose(client, ada, system, period, hours, is_sent):
    client.force_login(ada)
    assert client.post(reverse("notification-digest"), {"period": "hourly"}).status_code == 422
    client.post(reverse("notification-digest"), {"period": period})
    now = timezone.now()
    NotificationFactory(user=ada, mailed_at=now)
    NotificationFactory(user=ada)

    assert send_digests(actor=system, now=now + timedelta(hours=hours)) == int(is_sent)


def test_a_mail_that_fails_is_sent_by_the_next_run_and_stops_nobody_else(ada, system, settings):
    NotificationFactory(user=ada)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there

    assert send_digests(actor=system) == 0
    assert Notification.objects.get().mailed_at is None
    assert not AuditEvent.objects.filter(action="digest.sent").exists()

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    NotificationFactory(user=UserFactory(email=""))
    assert send_digests(actor=system) == 1
