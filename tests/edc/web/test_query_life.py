"""A query from raise to close: roles, candidates, kinds of answer, standard texts, assignment."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from edc.models import AuditEvent, Query, StandardText
from edc.services.entry import correct_item
from edc.services.query import answer_query, raise_query
from tests.factories.entering import entry

pytestmark = pytest.mark.usefixtures("english")


def test_the_role_that_asked_closes_and_another_judges(ask, take):
    query = ask()

    assert take(query, "crc", "answer", answer_type="correct") == (302, "answered")
    assert take(query, "data_manager", "close", text="Fine") == (403, "answered")
    assert take(query, "data_manager", "resolve", text="Fine") == (302, "resolved")
    assert take(query, "monitor", "close", standard="settled") == (302, "closed")
    assert take(query, "monitor", "cancel", text="No") == (409, "closed")
    assert take(query, "data_manager", "reopen", text="Look again") == (302, "open")
    turns = AuditEvent.objects.filter(action__startswith="query.").values_list("action", flat=True)
    assert list(turns) == [
        "query.raised", "query.answered", "query.resolved", "query.closed", "query.open"
    ]  # fmt: skip


def test_the_kind_of_answer_stands_for_words_and_is_kept(ask, take):
    query = ask()

    assert take(query, "crc", "answer", answer_type="wrong") == (422, "open")
    assert take(query, "crc", "answer") == (422, "open")
    assert take(query, "crc", "answer", answer_type="source_updated") == (302, "answered")

    message = query.messages.get()
    assert (message.answer_type, message.text) == ("source_updated", "")
    event = AuditEvent.objects.get(action="query.answered")
    assert event.after == {"state": "answered", "answer": "source_updated"}


def test_a_question_about_an_item_that_is_hidden_now_closes_itself(complete, member):
    form = complete("FO.DM", SMOKER="Y", PACKYRS="20")
    monitor = member("a-monitor", "monitor")
    about, other = (
        raise_query(form=form, path=path, text="Sure?", actor=monitor)
        for path in ("IT.DM.PACKYRS", "IT.DM.AGE")
    )
    correct_item(
        form=form, path="IT.DM.SMOKER", entry=entry("N"), reason="never smoked", drop_hidden=True,
        actor=member("eve", "crc"),
    )  # fmt: skip

    about.refresh_from_db()
    other.refresh_from_db()
    assert (about.state, other.state) == ("closed", "open")
    assert about.messages.get().author.is_system


def test_a_study_replaces_and_retires_the_shipped_sentences(client, member, ask, subject):
    client.force_login(member("meg", "data_manager"))
    sent = {
        "code": "unit",
        "purpose": "query",
        "text_zh": "请看单位。",
        "text_en": "Mind the unit.",
        "active": "yes",
    }
    saved = client.post(reverse("query-text-save"), sent)
    retired = client.post(
        reverse("query-text-save"), {**sent, "code": "missing", "active": "", "text_en": "x", "text_zh": "x"}
    )
    wrong = client.post(reverse("query-text-save"), {**sent, "code": "Not A Code"})
    query = ask(standard="unit", text="mg or g?")

    assert (saved.status_code, retired.status_code, wrong.status_code) == (302, 302, 422)
    assert (query.text_zh, query.text_en) == ("请看单位。 mg or g?", "Mind the unit. mg or g?")
    page = client.get(reverse("forms"), {"form": "FO.DM"})
    offered = {each.code for each in page.context["sentences"]}
    assert "unit" in offered
    assert "missing" not in offered
    assert (
        StandardText.objects.count() == AuditEvent.objects.filter(action="standard_text.saved").count() == 2
    )


@pytest.mark.parametrize(("role", "status"), [("crc", 403), ("monitor", 403), ("clinician", 403)])
def test_only_who_builds_the_design_writes_its_sentences(client, member, subject, role, status):
    client.force_login(member("zoe", role))

    assert client.post(reverse("query-text-save"), {"code": "x"}).status_code == status
    assert not StandardText.objects.exists()


def test_a_query_is_assigned_to_somebody_who_works_on_queries_there(client, member, ask, other_site):
    query = ask()
    member("a-crc", "crc"), member("far", "crc", other_site), member("cli", "clinician")
    client.force_login(member("a-monitor", "monitor"))

    def assign(name):
        answer = client.post(reverse("query-assign", args=[query.pk]), {"assignee": name})
        query.refresh_from_db()
        return answer.status_code, query.assigned_to and query.assigned_to.username

    assert assign("a-crc") == (302, "a-crc")
    assert assign("far") == (422, "a-crc")
    assert assign("cli") == (422, "a-crc")
    assert assign("nobody-at-all") == (422, "a-crc")
    assert assign("") == (302, None)
    assert AuditEvent.objects.filter(action="query.assigned").count() == 2


def test_the_ages_count_each_sites_queries_and_lead_to_them(client, member, ask):
    fresh, old = ask(), ask("IT.DM.SEX")
    Query.objects.filter(pk=old.pk).update(raised_at=timezone.now() - timedelta(days=20))
    client.force_login(member("a-monitor", "monitor"))

    page = client.get(reverse("queries-ageing"))

    [(row, links)] = page.context["rows"]
    assert [count for count, _url in links] == [1, 0, 0, 1, 0]
    assert (row.total, row.oldest) == (2, 20)
    found = [[line["query"].pk for line in client.get(url).context["lines"]] for count, url in links if count]
    assert found == [[fresh.pk], [old.pk]]


def test_bulk_acts_tell_of_each_row(client, member, ask):
    mine, theirs = ask(), ask("IT.DM.SEX", role="data_manager")
    answered = ask("IT.DM.BRTHDAT")
    answer_query(query=answered, text="Yes", actor=member("a-crc", "crc"))
    client.force_login(member("a-monitor", "monitor"))

    told = client.post(
        reverse("queries-act"),
        {"turn": "cancel", "standard": "raised-in-error", "scope": "all", "filters": "state=unsettled"},
    )

    results = {each.row.pk: each.done for each, _line, _url in told.context["lines"]}
    assert results == {mine.pk: True, theirs.pk: False, answered.pk: False}
    states = [Query.objects.get(pk=each.pk).state for each in (mine, theirs, answered)]
    assert states == ["cancelled", "open", "answered"]


def test_bulk_acts_refuse_answers_and_nothing_ticked(client, member, ask):
    query = ask()
    client.force_login(member("a-crc", "crc"))

    def post(**sent):
        return client.post(reverse("queries-act"), sent).status_code

    assert post(turn="answer", row=query.pk, text="x") == 422
    assert post(turn="close") == 422
    assert post(turn="assign", row=query.pk, assignee="a-crc") == 200


def test_the_same_question_goes_to_many_forms(client, member, ask, subject):
    ask()
    client.force_login(member("meg", "data_manager"))

    told = client.post(
        reverse("queries-ask"),
        {"path": "IT.DM.NOTE", "standard": "missing", "scope": "all", "filters": "form=FO.DM&show=final"},
    )
    elsewhere = client.post(
        reverse("queries-ask"), {"path": "IT.DM.NOTE", "text": "?", "scope": "all", "filters": "form=FO.LBC"}
    )

    assert told.context["done"] == 1
    assert elsewhere.context["done"] == 0
    assert elsewhere.context["refused"] > 0
    assert Query.objects.filter(path="IT.DM.NOTE", standard_code="missing").count() == 1


def test_the_list_takes_as_many_database_queries_for_many_as_for_one(
    client, member, ask, django_assert_max_num_queries
):
    client.force_login(member("a-monitor", "monitor"))
    ask()
    client.get(reverse("queries"))
    for path in ("IT.DM.SEX", "IT.DM.BRTHDAT", "IT.DM.SMOKER", "IT.DM.NOTE"):
        ask(path)

    with django_assert_max_num_queries(40):
        client.get(reverse("queries"))
