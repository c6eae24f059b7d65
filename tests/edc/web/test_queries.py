"""Queries: the list with its filters, the thread, and who may take which turn."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from edc.models import Query
from edc.services.query import answer_query, close_query, raise_query
from tests.factories.entering import form_of

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def see(client, member):
    def open_as(user, **query):
        client.force_login(user)
        return client.get(reverse("queries"), query)

    return open_as


@pytest.fixture
def ask(complete, member, subject):
    """Return a function that raises a query on the demography form."""
    complete("FO.DM")
    monitor = member("mia", "monitor")

    def make(text="Is this right?", path="IT.DM.AGE"):
        return raise_query(form=form_of(subject, "FO.DM"), path=path, text=text, actor=monitor)

    return make


def shown(response):
    return [line["query"].pk for line in response.context["lines"]]


@pytest.mark.parametrize(
    ("role", "status"),
    [("crc", 200), ("data_manager", 200), ("monitor", 200), ("investigator", 200), ("clinician", 200),
     ("auditor", 403), ("radiologist", 403), ("uploader", 403), ("administrator", 403)],
)  # fmt: skip
def test_who_may_see_the_list(see, member, subject, role, status):
    assert see(member("ada2", role)).status_code == status


def test_what_is_settled_is_left_out_unless_asked_for(see, ask, member):
    one, two, three = ask("One"), ask("Two"), ask("Three")
    answer_query(query=two, text="Yes", actor=member("ada", "crc"))
    close_query(query=three, text="Fine", actor=member("mia", "monitor"))
    crc = member("ada", "crc")

    assert shown(see(crc)) == [one.pk, two.pk]
    assert shown(see(crc, state="closed")) == [three.pk]
    assert shown(see(crc, state="")) == [one.pk, two.pk, three.pk]
    counts = {each["name"]: each["count"] for each in see(crc).context["states"]}
    assert counts == {
        "unsettled": 2, "open": 1, "answered": 1, "resolved": 0, "closed": 1, "cancelled": 0, "": 3
    }  # fmt: skip


def test_filters_of_age_origin_and_words(see, ask, member):
    old, new = ask("Old dose"), ask("New dose")
    Query.objects.filter(pk=old.pk).update(raised_at=timezone.now() - timedelta(days=8))
    crc = member("ada", "crc")

    assert shown(see(crc, **{"from": "7"})) == [old.pk]
    assert shown(see(crc, q="new")) == [new.pk]
    assert shown(see(crc, q="01-0001", sort="newest")) == [new.pk, old.pk]
    assert shown(see(crc, origin="edit_check")) == []
    assert shown(see(crc, **{"from": "0", "to": "7"})) == [new.pk]
    assert shown(see(crc, **{"from": "seven"})) == [old.pk, new.pk]


def test_another_sites_queries_are_neither_listed_nor_found(see, ask, client, member, other_site):
    query = ask()
    bob = member("bob", "crc", other_site)

    assert shown(see(bob)) == []
    assert client.get(reverse("query", args=[query.pk])).status_code == 404
    assert client.post(reverse("query-turn", args=[query.pk]), {"text": "x"}).status_code == 404


def test_the_thread_shows_the_value_that_is_asked_about(client, ask, member):
    query = ask()
    client.force_login(member("ada", "crc"))

    response = client.get(reverse("query", args=[query.pk]))

    assert response.context["value"] == "58"
    assert response.context["item"] == "AGE"
    assert [name for name, _word in response.context["turns"]] == ["answer"]


@pytest.mark.parametrize(
    ("role", "turn", "status", "state"),
    [
        ("crc", "answer", 302, "answered"),
        ("crc", "close", 403, "open"),
        ("investigator", "answer", 302, "answered"),
        ("monitor", "answer", 403, "open"),
        ("monitor", "close", 302, "closed"),
        ("monitor", "cancel", 302, "cancelled"),
        ("data_manager", "close", 403, "open"),
        ("clinician", "close", 403, "open"),
        ("monitor", "reopen", 409, "open"),
        ("monitor", "burn", 422, "open"),
    ],
)
def test_who_may_take_which_turn(client, ask, member, role, turn, status, state):
    query = ask()
    client.force_login(member("zoe", role))

    response = client.post(reverse("query-turn", args=[query.pk]), {"turn": turn, "text": "As in the source"})

    query.refresh_from_db()
    assert (response.status_code, query.state) == (status, state)


def test_a_turn_without_a_text_is_refused_and_names_the_field(client, ask, member):
    query = ask()
    client.force_login(member("ada", "crc"))

    response = client.post(
        reverse("query-turn", args=[query.pk]),
        {"turn": "answer", "text": " "},
        headers={"HX-Request": "true"},
    )

    assert response.status_code == 422
    assert b"text" in response.content


@pytest.mark.requirement("N4")
def test_an_answered_query_is_sent_back_or_closed(client, ask, member):
    query = ask()
    answer_query(query=query, text="Yes", actor=member("ada", "crc"))
    client.force_login(member("mia", "monitor"))

    response = client.get(reverse("query", args=[query.pk]))

    assert [name for name, _word in response.context["turns"]] == ["close", "resolve", "reopen"]


def test_the_search_box_opens_a_query_by_its_number_and_a_subject_by_its_key(client, ask, member, subject):
    query = ask()
    client.force_login(member("ada", "crc"))

    assert client.get(reverse("search"), {"q": f"Q-{query.pk}"}).url == reverse("query", args=[query.pk])
    assert client.get(reverse("search"), {"q": "01-0001"}).url == reverse("subject", args=[subject.pk])
    assert client.get(reverse("search"), {"q": "01&-"}).url == f"{reverse('subjects')}?q=01%26-"


def test_a_page_of_many_queries_takes_no_more_database_queries(
    see, ask, member, django_assert_max_num_queries
):
    ask()
    crc = member("ada", "crc")
    see(crc)
    with django_assert_max_num_queries(60) as few:
        see(crc)
    for _each in range(8):
        ask()

    with django_assert_max_num_queries(len(few)):
        assert len(shown(see(crc))) == 9
