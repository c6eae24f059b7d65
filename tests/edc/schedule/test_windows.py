"""Windows follow their anchor; a visit outside one is asked about, and a deviation finds the same visits."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from edc.models import AuditEvent, Query, StudyEvent, Subject
from edc.selectors.deviations import findings
from edc.selectors.visit_names import visit_name, visit_number
from edc.services.entry import correct_item
from edc.services.query import close_query
from edc.services.schedule import add_event, hold_event, miss_event
from edc.services.visit_plan import WINDOW_RULE
from tests.factories.designs import small_design
from tests.factories.entering import entry, form_of

INDEX = date(2026, 6, 20)  # the index date that `complete` enters; the baseline's window is 6 to 20 June


def event(subject, oid, repeat=1):
    return StudyEvent.objects.get(subject=subject, event_oid=oid, repeat_key=repeat)


def questions(subject, *states):
    found = Query.objects.filter(form__subject=subject, rule_oid=WINDOW_RULE, state__in=states or ("open",))
    return list(found.order_by("pk"))


def found(subject):
    return {each.event.event_oid for each in findings(Subject.objects.filter(pk=subject.pk)) if each.event}


@pytest.mark.parametrize(
    ("day", "words"),
    [(5, "1 day before"), (6, ""), (20, ""), (21, "1 day after"), (23, "3 days after")],
)
def test_query_and_deviation_agree_on_what_lies_outside(subject, complete, crcs, day, words):
    complete("FO.ENR")
    hold_event(event=event(subject, "SE.BASELINE"), held_on=date(2026, 6, day), actor=crcs[0])
    asked = questions(subject)
    assert [words in each.text_en for each in asked] == ([True] if words else [])
    assert [each.form.event.event_oid for each in asked] == (["SE.BASELINE"] if words else [])
    assert found(subject) == ({"SE.BASELINE"} if words else set())


def test_a_corrected_day_closes_the_query_and_another_one_asks_anew(subject, complete, crcs):
    complete("FO.ENR")
    baseline = event(subject, "SE.BASELINE")
    for day in (25, 27):
        hold_event(event=baseline, held_on=date(2026, 6, day), actor=crcs[0])
    assert ["7 days" in each.text_en for each in questions(subject)] == [True]
    hold_event(event=baseline, held_on=date(2026, 6, 13), actor=crcs[0])
    assert questions(subject) == []
    assert [each.state for each in questions(subject, "closed")] == ["closed", "closed"]


def test_what_a_person_closed_is_asked_again_only_for_another_day(subject, complete, crcs, member):
    complete("FO.ENR")
    baseline, monitor = event(subject, "SE.BASELINE"), member("mo", "monitor")
    hold_event(event=baseline, held_on=date(2026, 6, 25), actor=crcs[0])
    close_query(query=questions(subject)[0], text="Holiday", actor=monitor)
    hold_event(event=baseline, held_on=date(2026, 6, 25), actor=crcs[0])
    assert questions(subject) == []
    hold_event(event=baseline, held_on=date(2026, 6, 26), actor=crcs[0])
    assert len(questions(subject)) == 1


def test_completing_the_form_leaves_the_query_of_its_visit(subject, complete, crcs):
    complete("FO.ENR")
    hold_event(event=event(subject, "SE.BASELINE"), held_on=date(2026, 6, 25), actor=crcs[0])
    complete("FO.LBC")
    assert len(questions(subject)) == 1


def test_a_held_visit_is_judged_by_the_anchor_once_it_is_known(subject, complete, crcs):
    hold_event(event=event(subject, "SE.BASELINE"), held_on=date(2026, 6, 25), actor=crcs[0])
    assert event(subject, "SE.BASELINE").window_end is None
    complete("FO.ENR")
    baseline = event(subject, "SE.BASELINE")
    assert (baseline.window_start, baseline.window_end) == (date(2026, 6, 6), INDEX)
    assert len(questions(subject)) == 1
    told = AuditEvent.objects.get(action="event.replanned", after__window_end="2026-06-20")
    assert told.actor.is_system

    later = entry(str(INDEX + timedelta(days=10)))
    form = form_of(subject, "FO.ENR")
    correct_item(form=form, path="IT.ENR.INDEXDAT", entry=later, reason="Misread", actor=crcs[0])
    assert questions(subject) == []
    assert found(subject) == set()


def test_a_missed_visit_is_not_asked_about(subject, complete, crcs):
    complete("FO.ENR")
    miss_event(event=event(subject, "SE.BASELINE"), reason="Ill", actor=crcs[0])
    assert questions(subject) == []
    assert event(subject, "SE.BASELINE").window_end == INDEX


class TestItemAnchor:
    """A cycle counted from the day of the biochemistry."""

    @pytest.fixture
    def design(self):
        events = tuple(
            replace(each, anchor="IT.LBC.LBDAT", day=3) if each.oid == "SE.CYCLE" else each
            for each in small_design().events
        )
        return small_design(events=events)

    def test_a_visit_is_counted_from_an_item(self, subject, complete, crcs):
        complete("FO.ENR")
        assert event(subject, "SE.CYCLE").planned_date is None
        complete("FO.LBC", LBDAT="2026-06-14T08:30:00+08:00")
        cycle = event(subject, "SE.CYCLE")
        assert (cycle.planned_date, cycle.window_end) == (date(2026, 6, 17), date(2026, 6, 24))


def test_unscheduled_visits_are_numbered_by_the_visit_they_follow(subject, complete, crcs):
    complete("FO.ENR")
    for oid, day in (("SE.BASELINE", 13), ("SE.CYCLE", 21)):
        hold_event(event=event(subject, oid), held_on=date(2026, 6, day), actor=crcs[0])
    made = [
        add_event(subject=subject, event_oid="SE.UNSCHED", held_on=date(2026, 6, day), actor=crcs[0])
        for day in (14, 15, 22, 1)
    ]
    numbers = [event(subject, "SE.UNSCHED", each.repeat_key).number for each in made]
    assert numbers == ["2.1", "2.2", "3-1.1", "0.1"]
    design = subject.design_version.design
    assert visit_name(design, event(subject, "SE.UNSCHED")) == "Unscheduled visit 2.1"
    assert visit_number(design, event(subject, "SE.BASELINE")) == "2"

    hold_event(event=event(subject, "SE.UNSCHED"), held_on=date(2026, 6, 28), actor=crcs[0])
    assert event(subject, "SE.UNSCHED").number == "2.1"
