"""The queue of differences, and the rates of entry errors behind them."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from edc.models import Disagreement
from edc.services.reconcile import resolve_disagreement
from tests.edc.web.entry_door import browser
from tests.factories.entering import form_of


@pytest.fixture
def manager(member):
    return member("mia", "data_manager")


@pytest.fixture
def form(subject, complete, enter):
    complete("FO.IC")
    form = form_of(subject, "FO.DM")
    enter(form, 1, AGE="58", SEX="F")
    enter(form, 2, AGE="85", SEX="M")
    return form_of(subject, "FO.DM")


def text_of(user, name, **query):
    answer = browser(user).get(reverse(name), query)
    assert answer.status_code == 200
    return answer.content.decode()


def resolve(form, path, choice, actor):
    found = Disagreement.objects.get(form=form, path=path)
    resolve_disagreement(disagreement=found, choice=choice, entry=None, reason="Source", actor=actor)


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ({}, {"AGE", "SEX"}),
        ({"kind": "transposition"}, {"AGE"}),
        ({"form": "FO.LBC"}, set()),
        ({"days": "1"}, set()),
        ({"item": "IT.DM.SEX"}, {"SEX"}),
        ({"show": "resolved"}, set()),
    ],
)
def test_the_queue_filters(form, manager, query, labels):
    text = text_of(manager, "differences", **query)
    rows = Disagreement.objects.filter(form=form)
    shown = {each.path.rpartition(".")[2] for each in rows if f"?item={each.pk}" in text}
    assert shown == labels


def test_the_queue_holds_nothing_of_another_site(form, member, other_site):
    assert f"/forms/{form.pk}/" not in text_of(member("zoe", "data_manager", other_site), "differences")


def test_the_queue_asks_the_database_as_often_for_one_difference_as_for_two(form, manager):
    client = browser(manager)
    asked = []
    for query in ({"days": "0"}, {"days": "0"}, {"kind": "transposition"}):
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("differences"), query)
        asked.append(len(captured))
    assert asked[1] == asked[2]


def test_each_rate_opens_the_differences_behind_it(form, manager, crcs):
    resolve(form, "IT.DM.AGE", "first", manager)
    resolve(form, "IT.DM.SEX", "second", manager)
    age, sex = (Disagreement.objects.get(form=form, path=path) for path in ("IT.DM.AGE", "IT.DM.SEX"))

    text = text_of(manager, "error-rates", by="person", form="FO.DM")
    grace = crcs[1].username
    rows = f"{reverse('differences')}?show=resolved&amp;errors=1&amp;form=FO.DM&amp;person={grace}"
    assert rows in text

    listed = text_of(manager, "differences", show="resolved", errors="1", person=grace)
    assert f"?item={age.pk}" in listed
    assert f"?item={sex.pk}" not in listed


def test_the_file_holds_the_same_numbers(form, manager):
    resolve(form, "IT.DM.AGE", "first", manager)
    resolve(form, "IT.DM.SEX", "second", manager)
    answer = browser(manager).get(reverse("error-rates-csv"), {"form": "FO.DM"})
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    age = next(row for row in rows if row["key"] == "IT.DM.AGE")
    assert (age["entries_compared"], age["entries_wrong"], age["rate"]) == ("2", "1", "0.500000")
    assert float(age["lower_95"]) == pytest.approx(0.012579, abs=1e-6)
    (site,) = [row for row in rows if row["by"] == "site"]
    assert (site["entries_compared"], site["entries_wrong"]) == ("4", "2")


def test_the_rates_count_the_sites_of_the_reader_alone(form, manager, member, other_site):
    resolve(form, "IT.DM.AGE", "first", manager)
    resolve(form, "IT.DM.SEX", "second", manager)
    assert "IT.DM.AGE" in text_of(manager, "error-rates")
    assert "IT.DM.AGE" not in text_of(member("zoe", "data_manager", other_site), "error-rates")
