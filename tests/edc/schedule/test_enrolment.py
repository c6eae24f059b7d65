"""Subjects get their numbers, their criteria computed, and are enrolled or screened out."""

import pytest
from django.core.exceptions import PermissionDenied

from edc.errors import InvalidInput, NotNow
from edc.services.enrol import confirm_enrolment, enrol_subject, fail_screening
from tests.factories.entering import form_of


def criteria(subject):
    last = subject.eligibility_assessments.first()
    return last.verdict, {each["oid"]: each["met"] for each in last.criteria}


@pytest.mark.requirement("N12")
def test_screening_numbers_begin_with_the_site(site, other_site, crcs, member):
    far = member("far", "crc", other_site)
    keys = [enrol_subject(site=site, actor=crcs[0]).subject_key for _n in range(2)]
    assert [*keys, enrol_subject(site=other_site, actor=far).subject_key] == ["01-0001", "01-0002", "02-0001"]


def test_another_sites_data_entry_enrols_nobody_here(site, member, other_site):
    with pytest.raises(PermissionDenied):
        enrol_subject(site=site, actor=member("far", "crc", other_site))
    with pytest.raises(InvalidInput):
        enrol_subject(site=site, actor=member("ada", "crc"), cohort="NOPE")


def test_criteria_are_computed_with_each_completed_form(subject, complete):
    complete("FO.IC")
    assert criteria(subject) == ("pending", {"I1": "yes", "I2": "not_evaluable", "E1": "not_evaluable"})
    complete("FO.DM")
    complete("FO.LBC")
    assert criteria(subject) == ("eligible", {"I1": "yes", "I2": "yes", "E1": "no"})
    assert subject.eligibility_assessments.first().criteria[1]["evidence"] == {"DM.AGE": 58.0}


def test_a_subject_who_meets_the_criteria_is_enrolled(subject, complete, crcs):
    complete("FO.IC")
    complete("FO.DM")
    with pytest.raises(NotNow, match="cannot be evaluated"):
        confirm_enrolment(subject=subject, actor=crcs[0])
    complete("FO.LBC")
    assert confirm_enrolment(subject=subject, actor=crcs[0]).status == "enrolled"
    with pytest.raises(NotNow):
        confirm_enrolment(subject=subject, actor=crcs[0])


def test_only_an_investigator_overrides_with_a_reason(subject, complete, crcs, member):
    complete("FO.IC")
    complete("FO.DM", AGE="17")
    assert criteria(subject)[0] == "not_eligible"
    with pytest.raises(NotNow, match="does not meet"):
        confirm_enrolment(subject=subject, actor=crcs[0])
    with pytest.raises(PermissionDenied):
        confirm_enrolment(subject=subject, actor=crcs[0], override_reason="Waiver")
    enrolled = confirm_enrolment(
        subject=subject, actor=member("pi", "investigator"), override_reason="Ethics waiver"
    )
    assert (enrolled.status, enrolled.status_reason) == ("enrolled", "Ethics waiver")


def test_a_screen_failure_has_a_reason(subject, crcs):
    with pytest.raises(InvalidInput):
        fail_screening(subject=subject, actor=crcs[0], reason="  ")
    assert fail_screening(subject=subject, actor=crcs[0], reason="Age").status == "screen_failed"


def test_the_cohort_follows_the_enrolment_form(subject, complete):
    complete("FO.ENR", COHORT="CONFUSABLE")
    subject.refresh_from_db()
    assert subject.cohort == "CONFUSABLE"


def test_a_single_entry_study_needs_one_pass(subject, enter):
    form = form_of(subject, "FO.IC")
    form.entry_mode = "single"
    form.save()
    enter(form, 1)
    form.refresh_from_db()
    assert form.status == "complete"
    with pytest.raises(NotNow):
        enter(form, 2)
