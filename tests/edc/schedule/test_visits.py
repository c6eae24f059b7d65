"""Visits are made with the subject, planned from anchors, held, missed and added."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from edc.errors import InvalidInput, NotNow
from edc.models import FormInstance, StudyEvent
from edc.services.schedule import add_event, add_form, hold_event, miss_event
from tests.factories.entering import form_of


def event(subject, oid, repeat=1):
    return StudyEvent.objects.get(subject=subject, event_oid=oid, repeat_key=repeat)


def test_enrolling_makes_the_planned_visits_and_their_forms(subject):
    found = {each.event_oid: [form.form_oid for form in each.forms.all()] for each in subject.events.all()}
    assert found == {
        "SE.SCREEN": ["FO.IC", "FO.ENR", "FO.DM"],
        "SE.BASELINE": ["FO.LBC"],
        "SE.CYCLE": ["FO.TXS", "FO.LBC"],
        "SE.AE": ["FO.AE"],
    }
    assert event(subject, "SE.SCREEN").planned_date == timezone.localdate()
    assert event(subject, "SE.BASELINE").planned_date is None


def test_the_index_date_plans_the_visits(subject, complete):
    complete("FO.ENR")
    baseline, cycle = event(subject, "SE.BASELINE"), event(subject, "SE.CYCLE")
    assert (baseline.planned_date, baseline.window_start, baseline.window_end) == (
        date(2026, 6, 13), date(2026, 6, 6), date(2026, 6, 20),
    )  # fmt: skip
    assert cycle.planned_date == date(2026, 6, 20)
    assert event(subject, "SE.SCREEN").planned_date == date(2026, 6, 2)


def test_entry_of_a_visit_before_the_registration_is_due_a_month_after_it(subject, complete):
    today = timezone.localdate()
    complete("FO.ENR", INDEXDAT=str(today - timedelta(days=400)))
    assert event(subject, "SE.BASELINE").entry_due == today + timedelta(days=30)


def test_entry_of_a_visit_to_come_is_due_with_its_window(subject, complete):
    complete("FO.ENR", INDEXDAT=str(timezone.localdate() + timedelta(days=40)))
    baseline = event(subject, "SE.BASELINE")
    assert baseline.entry_due == baseline.window_end > timezone.localdate()


def test_a_repeating_visit_comes_again_until_its_limit(subject, complete, crcs):
    complete("FO.ENR")
    for number in (1, 2, 3):
        hold_event(event=event(subject, "SE.CYCLE", number), held_on=date(2026, 7, number), actor=crcs[0])
    cycles = subject.events.filter(event_oid="SE.CYCLE")
    assert [each.repeat_key for each in cycles] == [1, 2, 3]
    assert event(subject, "SE.CYCLE", 3).forms.count() == 2
    with pytest.raises(NotNow):
        add_event(subject=subject, event_oid="SE.CYCLE", held_on=None, actor=crcs[0])
    hold_event(event=event(subject, "SE.CYCLE", 1), held_on=date(2026, 7, 2), actor=crcs[0])
    assert cycles.count() == 3


def test_the_second_occurrence_is_planned_from_the_interval(subject, complete, crcs):
    complete("FO.ENR")
    hold_event(event=event(subject, "SE.CYCLE"), held_on=date(2026, 6, 21), actor=crcs[0])
    assert event(subject, "SE.CYCLE", 2).planned_date == date(2026, 6, 20) + timedelta(days=21)


def test_a_visit_is_not_held_tomorrow(subject, crcs):
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(InvalidInput) as refused:
        hold_event(event=event(subject, "SE.BASELINE"), held_on=tomorrow, actor=crcs[0])
    assert "held_on" in refused.value.fields


def test_a_missed_visit_can_still_be_held(subject, crcs):
    baseline = miss_event(event=event(subject, "SE.BASELINE"), reason="Ill", actor=crcs[0])
    assert {form.status for form in baseline.forms.all()} == {"not_done"}
    hold_event(event=baseline, held_on=timezone.localdate(), actor=crcs[0])
    assert {form.status for form in baseline.forms.all()} == {"to_do"}
    assert event(subject, "SE.BASELINE").missed_reason == ""


def test_a_visit_with_a_form_begun_was_not_missed(subject, enter, crcs):
    enter(form_of(subject, "FO.IC"), 1)
    with pytest.raises(NotNow):
        miss_event(event=event(subject, "SE.SCREEN"), reason="x", actor=crcs[0])


def test_unscheduled_visits_and_repeating_forms_are_added(subject, crcs):
    for number in (1, 2):
        made = add_event(subject=subject, event_oid="SE.UNSCHED", held_on=date(2026, 6, 1), actor=crcs[0])
        assert (made.repeat_key, made.status, made.forms.count()) == (number, "held", 1)
    second = add_form(event=event(subject, "SE.AE"), form_oid="FO.AE", actor=crcs[0])
    assert second.repeat_key == 2
    with pytest.raises(NotNow):
        add_form(event=event(subject, "SE.BASELINE"), form_oid="FO.LBC", actor=crcs[0])
    for oid in ("FO.DM", "FO.NOPE"):
        with pytest.raises(InvalidInput):
            add_form(event=event(subject, "SE.BASELINE"), form_oid=oid, actor=crcs[0])
    with pytest.raises(InvalidInput):
        add_event(subject=subject, event_oid="SE.NOPE", held_on=None, actor=crcs[0])


@pytest.mark.parametrize("role", ["monitor", "data_manager", "radiologist", "auditor"])
def test_only_data_entry_moves_visits(subject, member, role):
    actor, baseline = member("other", role), event(subject, "SE.BASELINE")
    for call in (
        lambda: hold_event(event=baseline, held_on=date(2026, 6, 1), actor=actor),
        lambda: miss_event(event=baseline, reason="x", actor=actor),
        lambda: add_event(subject=subject, event_oid="SE.UNSCHED", held_on=None, actor=actor),
        lambda: add_form(event=event(subject, "SE.AE"), form_oid="FO.AE", actor=actor),
    ):
        with pytest.raises(PermissionDenied):
            call()
    assert FormInstance.objects.count() == 7
