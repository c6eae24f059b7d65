"""The lists of visits by window, by site, and their CSV."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from edc.models import StudyEvent
from edc.services.schedule import hold_event
from tests.edc.web.entry_door import browser


@pytest.fixture
def monitor(member):
    return browser(member("mo", "monitor"))


def plan(subject, oid, begins, **more):
    """Give the visit a window of ten days that begins so many days from today."""
    start = timezone.localdate() + timedelta(days=begins)
    end = start + timedelta(days=10)
    found = StudyEvent.objects.filter(subject=subject, event_oid=oid)
    found.update(planned_date=start, window_start=start, window_end=end, entry_due=end, **more)
    return found.get()


def rows(client, **asked):
    answer = client.get(reverse("visit-windows-csv"), asked)
    text = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")
    return [
        (each["list"], each["visit_oid"], each["visit_number"], each["days"])
        for each in csv.DictReader(io.StringIO(text))
    ]


def test_each_list_holds_its_visits_and_the_csv_all_of_them(subject, monitor):
    plan(subject, "SE.SCREEN", -13)
    plan(subject, "SE.BASELINE", -2)
    plan(subject, "SE.CYCLE", 9)
    assert rows(monitor) == [
        ("overdue", "SE.SCREEN", "1", "3"),
        ("open", "SE.BASELINE", "2", "8"),
        ("soon", "SE.CYCLE", "3-1", "9"),
    ]  # fmt: skip
    assert rows(monitor, show="soon", within="7") == []
    page = monitor.get(reverse("visit-windows"), {"show": "overdue"})
    assert [line.event.event_oid for line in page.context["lines"]] == ["SE.SCREEN"]
    counts = {name: count for name, _word, count in page.context["shows"]}
    assert counts == {"overdue": 1, "open": 1, "soon": 1, "undated": 0, "outside": 0}


def test_what_is_entered_without_a_day_is_listed_until_it_has_one(subject, monitor, enter, crcs, complete):
    complete("FO.IC")
    event = StudyEvent.objects.get(subject=subject, event_oid="SE.SCREEN")
    assert [each[:2] for each in rows(monitor) if each[1] == "SE.SCREEN"] == [
        ("open", "SE.SCREEN"), ("undated", "SE.SCREEN"),
    ]  # fmt: skip
    hold_event(event=event, held_on=timezone.localdate() - timedelta(days=30), actor=crcs[0])
    assert [each[0] for each in rows(monitor) if each[1] == "SE.SCREEN"] == ["outside"]


def test_another_sites_person_sees_none(subject, member, other_site):
    plan(subject, "SE.SCREEN", -13)
    assert rows(browser(member("zoe", "monitor", other_site))) == []
