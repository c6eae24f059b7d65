"""Asking the site about a difference: the words tell neither value."""

import pytest
from django.urls import reverse

from edc.models import AuditEvent, Disagreement, Query
from edc.services.query import answer_query
from tests.edc.web.entry_door import browser
from tests.factories.entering import form_of


@pytest.fixture
def found(subject, complete, enter):
    complete("FO.IC")
    form = form_of(subject, "FO.DM")
    enter(form, 1, AGE="58")
    enter(form, 2, AGE="85")
    return Disagreement.objects.get(form=form)


def ask(user, found):
    return browser(user).post(reverse("form-resolve-ask", args=[found.form_id, found.pk]))


@pytest.mark.parametrize(("role", "status"), [("data_manager", 302), ("crc", 403), ("monitor", 403)])
def test_only_who_resolves_asks(found, member, role, status):
    assert ask(member("ivy", role), found).status_code == status
    assert Query.objects.count() == (status == 302)


def test_neither_value_nor_who_entered_it_reaches_the_site(found, member, crcs):
    ask(member("mia", "data_manager"), found)
    query = Query.objects.get()
    assert (query.path, query.state) == ("IT.DM.AGE", "open")
    event = AuditEvent.objects.get(action="query.raised")
    told = f"{query.text_zh} {query.text_en} {event.before} {event.after}"
    page = browser(member("cole", "crc")).get(reverse("query", args=[query.pk])).content.decode()
    question = page[page.index('class="question') :].partition("</main>")[0]
    for secret in ("58", "85", *(each.username for each in crcs)):
        assert secret not in told
        assert f">{secret}<" not in question


def test_the_site_is_asked_once_until_it_is_settled_and_the_answer_stands_beside_the_values(
    found, member, crcs
):
    manager = member("mia", "data_manager")
    ask(manager, found)
    again = ask(manager, found)
    assert again.status_code == 409
    answer_query(query=Query.objects.get(), actor=crcs[0], text="The source says fifty-eight")
    page = browser(manager).get(reverse("form-reconcile", args=[found.form_id])).content.decode()
    assert "The source says fifty-eight" in page


def test_who_entered_a_pass_does_not_ask(found, member, crcs):
    member(crcs[0].username, "data_manager")
    assert ask(crcs[0], found).status_code == 409
