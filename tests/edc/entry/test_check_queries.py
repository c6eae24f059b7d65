"""Edit checks ask queries by themselves, and close them by themselves."""

import pytest

from edc.errors import InvalidInput, NotNow
from edc.models import Query
from edc.services.entry import correct_item
from edc.services.query import answer_query, cancel_query, close_query, raise_query, reopen_query
from tests.factories.entering import entry, form_of


@pytest.fixture
def form(complete):
    complete("FO.DM")
    return complete("FO.LBC", ALB="18")


@pytest.mark.requirement("N3")
def test_a_soft_check_opens_one_query_and_closes_it_when_it_holds(form, crcs):
    query = Query.objects.get(form=form)
    assert (query.rule_oid, query.path, query.state, query.origin) == (
        "EC901",
        "IT.LBC.ALB",
        "open",
        "edit_check",
    )
    correct_item(form=form, path="IT.LBC.ALB", entry=entry("17"), reason="Source", actor=crcs[0])
    assert Query.objects.filter(form=form).count() == 1
    correct_item(form=form, path="IT.LBC.ALB", entry=entry("38"), reason="Typing", actor=crcs[0])
    query.refresh_from_db()
    assert query.state == "closed"
    assert query.messages.get().author.is_system


def test_another_forms_value_closes_the_query(form, crcs, subject):
    correct_item(
        form=form_of(subject, "FO.DM"), path="IT.DM.AGE", entry=entry("85"), reason="Typing", actor=crcs[0]
    )
    assert Query.objects.get(form=form).state == "closed"


def test_a_value_that_a_person_accepted_is_not_asked_again(form, crcs, member):
    manager = member("meg", "data_manager")
    query = Query.objects.get(form=form)
    answer_query(query=query, text="As in the source", actor=crcs[0])
    close_query(query=query, text="Accepted", actor=manager)
    correct_item(form=form, path="IT.LBC.BILI", entry=entry("13"), reason="Typing", actor=crcs[0])
    assert Query.objects.filter(form=form, state__in=["open", "answered"]).count() == 0
    correct_item(form=form, path="IT.LBC.ALB", entry=entry("16"), reason="Typing", actor=crcs[0])
    assert Query.objects.filter(form=form, state="open").count() == 1


@pytest.mark.requirement("N4")
def test_the_thread_of_a_query(form, crcs, member):
    manager = member("meg", "data_manager")
    query = raise_query(form=form, path="IT.LBC.BILI", text="Check the unit", actor=manager)
    answer_query(query=query, text="umol/L", actor=crcs[0])
    reopen_query(query=query, text="Which report?", actor=manager)
    answer_query(query=query, text="Of 2 June", actor=crcs[0])
    close_query(query=query, text="Thank you", actor=manager)
    query.refresh_from_db()
    assert [message.state_after for message in query.messages.all()] == [
        "answered", "open", "answered", "closed",
    ]  # fmt: skip
    with pytest.raises(NotNow):
        cancel_query(query=query, text="No", actor=manager)


def test_a_query_names_an_item_of_a_completed_form(form, member, subject):
    manager = member("meg", "data_manager")
    with pytest.raises(InvalidInput):
        raise_query(form=form, path="IT.DM.AGE", text="?", actor=manager)
    with pytest.raises(NotNow):
        raise_query(form=form_of(subject, "FO.ENR"), path="IT.ENR.COHORT", text="?", actor=manager)


def test_a_hard_check_never_keeps_the_source_out_but_asks(complete):
    form = complete("FO.LBC", BILDIR="20", BILI="12.5")

    assert form.status == "complete"
    assert list(form.queries.values_list("rule_oid", "state")) == [("EC069", "open")]
