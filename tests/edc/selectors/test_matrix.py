"""The subject matrix shows each visit's state in one chip, with a constant number of queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from edc.selectors import matrix
from edc.services.enrol import enrol_subject
from edc.services.query import raise_query
from tests.factories.entering import form_of


def chips(actor, study, **filters):
    found = matrix(actor, study, None, filters)
    return {row.subject.subject_key: [cell.chip.status for cell in row.cells] for row in found.rows}


def test_columns_are_the_designs_visits(subject, study, crcs):
    found = matrix(crcs[0], study)
    assert [column.event_oid for column in found.columns] == [
        "SE.SCREEN", "SE.BASELINE", "SE.CYCLE", "SE.UNSCHED", "SE.AE",
    ]  # fmt: skip
    assert chips(crcs[0], study) == {"01-0001": ["due", "todo", "todo", "na", "na"]}


def test_a_chip_shows_what_asks_most(subject, study, crcs, enter, complete):
    form = form_of(subject, "FO.IC")
    enter(form, 1)
    assert chips(crcs[0], study)["01-0001"][0] == "second"
    enter(form, 2, ICDAT="2026-06-09")
    assert chips(crcs[0], study)["01-0001"][0] == "diff"


def test_windows_and_queries_show(subject, study, crcs, complete, member):
    event = subject.events.get(event_oid="SE.BASELINE")
    today = timezone.localdate()
    for days, status in ((-20, "over"), (0, "due"), (20, "wait")):
        event.planned_date = today + timedelta(days=days)
        event.window_start, event.window_end = (event.planned_date + timedelta(days=n) for n in (-7, 7))
        event.entry_due = event.window_end
        event.save()
        assert chips(crcs[0], study)["01-0001"][1] == status
    raise_query(form=complete("FO.IC"), path="", text="Why?", actor=member("meg", "data_manager"))
    assert matrix(crcs[0], study).rows[0].queries == 1


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"q": "0002"}, ["01-0002"]),
        ({"sort": "-key"}, ["01-0003", "01-0002", "01-0001"]),
        ({"status": "enrolled"}, []),
        ({"cohort": "TARGET"}, ["01-0003"]),
        ({"show": "queries"}, []),
    ],
)
def test_filters(subject, study, site, crcs, filters, found):
    enrol_subject(site=site, actor=crcs[0])
    enrol_subject(site=site, actor=crcs[0], cohort="TARGET")
    assert list(chips(crcs[0], study, **filters)) == found


def test_the_number_of_queries_does_not_grow(subject, study, site, crcs):
    def count():
        with CaptureQueriesContext(connection) as captured:
            matrix(crcs[0], study)
        return len(captured)

    one = count()
    for _more in range(5):
        enrol_subject(site=site, actor=crcs[0])
    assert count() == one <= 12
