"""The state of a subject's consent, the days it is read from, and who sees the list."""

import csv
import io

import pytest
from django.urls import reverse

from edc.models import Subject
from edc.selectors.consents import days_of, with_state
from edc.services.enrol import enrol_subject
from tests.edc.web.entry_door import browser
from tests.factories.consents import (
    ConsentFactory,
    ConsentStartFactory,
    ConsentWithdrawalFactory,
    in_effect,
)
from tests.factories.entering import form_of


def state(subject):
    return with_state(Subject.objects.filter(pk=subject.pk)).get().consent_state


@pytest.mark.parametrize(("reconsent", "expected"), [(True, "due"), (False, "older")])
def test_a_later_day_at_another_site_answers_nothing_here(
    subject, site, other_site, day, reconsent, expected
):
    signed = in_effect(site, "V1.0", 90)
    ConsentStartFactory(site=other_site, version=signed, effective_from=day(5))
    in_effect(site, "V2.0", 10, reconsent=reconsent)
    ConsentFactory(subject=subject, version=signed)
    assert state(subject) == expected


@pytest.mark.parametrize("scope", ["further_data", "use_of_data", "specimens"])
def test_only_who_withdrew_further_data_is_asked_nothing(subject, site, scope):
    ConsentFactory(subject=subject, version=in_effect(site, "V1.0", 90))
    in_effect(site, "V2.0", 10, reconsent=True)
    ConsentWithdrawalFactory(subject=subject, **{"further_data": False, scope: True})
    assert state(subject) == ("withdrawn" if scope == "further_data" else "due")


def test_a_translation_taken_up_later_makes_nobody_older_and_asks_nobody(subject, site):
    signed = in_effect(site, "V1.0", 90)
    in_effect(site, "V1.0", 10, language="bo")
    ConsentFactory(subject=subject, version=signed)
    assert state(subject) == "current"


def test_a_translation_taken_up_before_the_version_that_asks_answers_it(subject, site):
    english = in_effect(site, "V2.0", 12, language="en")
    in_effect(site, "V2.0", 10, reconsent=True)
    ConsentFactory(subject=subject, version=english)
    assert state(subject) == "current"


def test_a_consent_recorded_again_has_its_day_beside_the_one_taken_back(subject, site, complete, day):
    complete("FO.IC", ICDAT=day(50).isoformat())
    facts = {
        "subject": subject, "version": in_effect(site, "V1.0", 90), "form": form_of(subject, "FO.IC"),
        "signed_on": None,
    }  # fmt: skip
    gone = ConsentFactory(**facts, taken_back_at=subject.created_at, taken_back_reason="Wrong version")
    again = ConsentFactory(**facts)
    assert days_of([again, gone]) == {again.pk: day(50), gone.pk: day(50)}


def test_the_list_shows_the_sites_whose_data_the_person_sees(subject, other_site, member):
    member("amy", "auditor", study_wide=True)
    amy = member("amy", "crc", other_site)
    own = enrol_subject(site=other_site, actor=amy)
    page = browser(amy).get(reverse("consents"), {"show": "all"})
    assert [line["subject"] for line in page.context["lines"]] == [own]
    assert page.context["shows"][-1][2] == 1
    answer = browser(amy).get(reverse("consents-csv"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert [row["subject"] for row in csv.DictReader(io.StringIO(text))] == [own.subject_key]
