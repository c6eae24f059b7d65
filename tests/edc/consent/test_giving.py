"""Consents of subjects: tied to the consent form, given again when a version asks, withdrawn by scope."""

import csv
import io

import pytest
from django.urls import reverse
from django.utils import timezone

from edc.errors import InvalidInput, NotNow
from edc.models import AuditEvent, Consent, Deviation, Hold, Query, StudyEvent, Subject
from edc.selectors import owed_by
from edc.selectors.consents import with_state
from edc.selectors.deviations import findings
from edc.selectors.specimens import must_be_destroyed, specimens_visible_to
from edc.services.consent.giving import (
    Given,
    Withdrawn,
    record_consent,
    take_back_consent,
    take_back_withdrawal,
    withdraw_consent,
)
from edc.services.deviations import Account, decide_finding
from edc.services.schedule import hold_event
from tests.edc.web.entry_door import browser
from tests.factories.conduct import SpecimenFactory
from tests.factories.consents import ConsentFactory, in_effect
from tests.factories.entering import form_of
from tests.factories.quality import HoldFactory

BY = Given("Dr Lin")


def state(subject):
    return with_state(Subject.objects.filter(pk=subject.pk)).get().consent_state


def asked(subject, rule="CONSENT.PERIOD"):
    return list(
        Query.objects.filter(form__subject=subject, rule_oid=rule, state="open").values_list(
            "text_en", flat=True
        )
    )


def consented(subject, crc, complete, day, version):
    complete("FO.IC", ICDAT=day.isoformat())
    return record_consent(subject=subject, version=version, given=BY, actor=crc)


def test_a_consent_takes_its_day_from_the_complete_form_alone(subject, site, crc, complete, enter, day):
    version = in_effect(site, "V1.0", 90)
    enter(form_of(subject, "FO.IC"), 1)
    made = record_consent(subject=subject, version=version, given=BY, actor=crc)
    assert (made.form, made.signed_on) == (form_of(subject, "FO.IC"), None)
    page = reverse("subject-consent", args=[subject.pk])
    assert "the form is not complete" in browser(crc).get(page).content.decode()
    enter(form_of(subject, "FO.IC"), 2)
    assert "the form is not complete" not in browser(crc).get(page).content.decode()


def test_a_second_consent_asks_the_day_where_the_form_does_not_repeat(subject, site, crc, complete, day):
    version = in_effect(site, "V1.0", 90)
    consented(subject, crc, complete, day(50), version)
    with pytest.raises(InvalidInput) as wrong:
        record_consent(subject=subject, version=version, given=BY, actor=crc)
    assert set(wrong.value.fields) == {"signed_on"}
    again = record_consent(subject=subject, version=version, given=Given("Dr Lin", None, day(2)), actor=crc)
    assert (again.form, again.signed_on) == (None, day(2))


def test_only_a_version_of_the_site_can_be_signed(subject, site, other_site, crc):
    elsewhere, coming = in_effect(other_site, "V1.0", 9), in_effect(site, "V2.0", -1)
    for version in (elsewhere, coming):
        with pytest.raises(InvalidInput) as wrong:
            record_consent(subject=subject, version=version, given=BY, actor=crc)
        assert set(wrong.value.fields) == {"version"}


def test_a_version_that_asks_makes_work_until_it_is_signed(study, subject, site, crc, member, complete, day):
    consented(subject, crc, complete, day(50), in_effect(site, "V1.0", 90))
    assert state(subject) == "current"
    in_effect(site, "V1.1", 20)
    assert state(subject) == "older"
    version = in_effect(site, "V2.0", 10, reconsent=True)
    assert state(subject) == "due"
    owed = [work for work in owed_by(crc, study) if work.kind == "consent"]
    assert [(work.subject_key, work.due) for work in owed] == [(subject.subject_key, day(10))]
    assert not [work for work in owed_by(member("mo", "monitor"), study) if work.kind == "consent"]
    page = browser(crc).get(reverse("consents"))
    assert "for 10 days" in page.content.decode()
    given = Given("Dr Lin", None, day(1))
    made = record_consent(subject=subject, version=version, given=given, actor=crc)
    assert state(subject) == "current"
    assert not [work for work in owed_by(crc, study) if work.kind == "consent"]
    take_back_consent(consent=made, reason="Wrong subject", actor=crc)
    assert state(subject) == "due"


def test_who_signs_the_newest_version_first_and_who_left_owe_nothing(subject, site, crc, day):
    in_effect(site, "V1.0", 90)
    version = in_effect(site, "V2.0", 10, reconsent=True)
    assert state(subject) == "none"
    ConsentFactory(subject=subject, version=version, signed_on=day(5))
    assert state(subject) == "current"
    in_effect(site, "V3.0", 3, reconsent=True)
    assert state(subject) == "due"
    Subject.objects.filter(pk=subject.pk).update(status="completed")
    assert state(subject) == "older"


def test_a_translation_of_the_version_counts_as_it(subject, site, day):
    in_effect(site, "V2.0", 10, reconsent=True)
    english = in_effect(site, "V2.0", 10, language="en")
    ConsentFactory(subject=subject, version=english, signed_on=day(5))
    assert state(subject) == "current"


def test_a_version_not_in_effect_is_found_decided_once_and_gone_when_taken_back(subject, manager, site, day):
    old = in_effect(site, "V1.0", 90)
    in_effect(site, "V2.0", 30)
    ConsentFactory(subject=subject, version=old, signed_on=day(50))
    wrong = ConsentFactory(subject=subject, version=old, signed_on=day(20))
    subjects = Subject.objects.filter(pk=subject.pk)
    (finding,) = findings(subjects)
    assert (finding.key, finding.consent) == (f"version-{wrong.pk}", wrong)
    assert finding.facts == {"signed_on": day(20).isoformat(), "signed": "V1.0", "in_effect": "V2.0"}

    page = browser(manager).get(reverse("deviation-found", args=[finding.key])).content.decode()
    assert f"signed V1.0 on {day(20).isoformat()}, in effect: V2.0" in page
    account = Account(day(20), "consent", "Signed an old version", severity="major")
    given = {"subject": subject, "key": finding.key, "verdict": "confirmed", "account": account}
    made = decide_finding(**given, reason="GCP", actor=manager)
    assert (made.consent, findings(subjects)) == (wrong, [])
    with pytest.raises(NotNow):
        decide_finding(**given, reason="GCP", actor=manager)
    type(wrong).objects.filter(pk=wrong.pk).update(taken_back_at=timezone.now())
    assert browser(manager).get(reverse("deviation", args=[made.pk])).context["since"] == "gone"


def test_a_visit_before_the_consent_is_asked_about_and_found(subject, site, crc, complete, manager, day):
    event = subject.events.get(event_oid="SE.SCREEN")
    hold_event(event=event, held_on=day(60), actor=crc)
    consented(subject, crc, complete, day(50), in_effect(site, "V1.0", 90))
    assert "before the subject signed" in asked(subject)[0]
    subjects = Subject.objects.filter(pk=subject.pk)
    finding = next(each for each in findings(subjects) if each.source == "consent")
    assert finding.facts == {
        "held_on": day(60).isoformat(), "consent_from": day(50).isoformat(), "consent_to": None
    }  # fmt: skip
    found = browser(manager).get(reverse("deviation-found", args=[finding.key]))
    assert "consent from" in found.content.decode()
    account = Account(day(60), "consent", "Examined before the signature", severity="major")
    made = decide_finding(
        subject=subject, key=finding.key, verdict="confirmed", account=account, reason="GCP", actor=manager
    )
    assert made.source == Deviation.Source.CONSENT
    hold_event(event=event, held_on=day(50), actor=crc)
    assert asked(subject) == []
    assert not [each for each in findings(subjects) if each.source == "consent"]


def test_a_version_that_covers_earlier_data_asks_nothing(subject, site, crc, complete, day):
    hold_event(event=subject.events.get(event_oid="SE.SCREEN"), held_on=day(60), actor=crc)
    consented(subject, crc, complete, day(50), in_effect(site, "V1.0", 90, covers_earlier=True))
    assert asked(subject) == []


@pytest.mark.parametrize(("signed", "is_asked"), [(5, False), (30, True), (100, True)])
def test_a_version_that_was_not_in_effect_is_asked_about(subject, site, crc, complete, day, signed, is_asked):
    in_effect(site, "V1.0", 90)
    version = in_effect(site, "V2.0", 10)
    made = consented(subject, crc, complete, day(signed), version)
    assert bool(asked(subject, "CONSENT.VERSION")) == is_asked
    take_back_consent(consent=made, reason="Wrong version", actor=crc)
    assert not asked(subject, "CONSENT.VERSION")


def test_a_withdrawal_ends_the_participation_and_asks_about_later_visits(subject, crc, complete, day):
    complete("FO.IC")
    event = subject.events.get(event_oid="SE.SCREEN")
    hold_event(event=event, held_on=day(3), actor=crc)
    withdrawn = Withdrawn(day(5), further_data=True)
    made = withdraw_consent(subject=subject, withdrawn=withdrawn, reason="Own wish", actor=crc)
    subject.refresh_from_db()
    departure = subject.departures.get()
    assert (subject.status, departure.how, departure.left_on) == ("withdrawn", "consent", day(5))
    assert state(subject) == "withdrawn"
    assert "after the subject withdrew" in asked(subject)[0]
    assert StudyEvent.objects.get(pk=event.pk).consent_breach == "after"
    take_back_withdrawal(withdrawal=made, reason="Another subject", actor=crc)
    assert asked(subject) == []


@pytest.mark.parametrize("kind", ["freeze", "lock"])
def test_a_withdrawal_is_noted_after_the_lock_and_the_participation_waits(study, subject, crc, day, kind):
    hold = HoldFactory(study=study, kind=kind)
    withdrawn = Withdrawn(day(5), further_data=True, use_of_data=True)
    made = withdraw_consent(subject=subject, withdrawn=withdrawn, reason="Own wish", actor=crc)
    subject.refresh_from_db()
    assert (subject.status, subject.departures.count(), state(subject)) == ("screening", 0, "withdrawn")
    page = reverse("subject-consent", args=[subject.pk])
    assert "the participation has not ended" in browser(crc).get(page).content.decode()
    take_back_withdrawal(withdrawal=made, reason="Another subject", actor=crc)
    assert "the participation has not ended" not in browser(crc).get(page).content.decode()
    lifted = {"lifted_at": hold.placed_at, "lifted_by": hold.placed_by, "lifted_reason": "Corrected"}
    Hold.objects.filter(pk=hold.pk).update(**lifted)
    withdraw_consent(subject=subject, withdrawn=withdrawn, reason="Own wish", actor=crc)
    assert subject.departures.get().left_on == day(5)


@pytest.mark.parametrize(("scopes", "destroy"), [({"further_data"}, False), ({"specimens"}, True)])
def test_specimens_are_destroyed_where_their_consent_was_withdrawn(subject, crc, day, scopes, destroy):
    SpecimenFactory(subject=subject)
    withdrawn = Withdrawn(day(1), **dict.fromkeys(scopes, True))
    withdraw_consent(subject=subject, withdrawn=withdrawn, reason="Own wish", actor=crc)
    assert specimens_visible_to(crc).filter(must_be_destroyed()).exists() == destroy


def test_a_withdrawal_says_to_what_and_when(subject, crc, day):
    for withdrawn, field in ((Withdrawn(day(1)), "scope"), (Withdrawn(day(-1), True), "withdrawn_on")):
        with pytest.raises(InvalidInput) as wrong:
            withdraw_consent(subject=subject, withdrawn=withdrawn, reason="Own wish", actor=crc)
        assert set(wrong.value.fields) == {field}


def test_the_pages_record_withdraw_and_take_back(subject, site, crc, complete, day):
    complete("FO.IC")
    version = in_effect(site, "V1.0", 90)
    door = browser(crc)
    sent = {"version": version.pk, "explained_by": "Dr Lin", "signed_time": "09:30"}
    assert door.post(reverse("consent-record", args=[subject.pk]), sent).status_code == 302
    consent = Consent.objects.get()
    assert f"{consent.signed_time:%H:%M}" == "09:30"
    page = door.get(reverse("subject-consent", args=[subject.pk])).content.decode()
    assert "V1.0" in page
    assert "Dr Lin" in page
    back = {"reason": "Wrong subject"}
    assert door.post(reverse("consent-take-back", args=[consent.pk]), back).status_code == 302
    with pytest.raises(NotNow):
        take_back_consent(consent=consent, reason="Again", actor=crc)
    gone = {"withdrawn_on": day(1).isoformat(), "scope": ["specimens"], "reason": "Own wish"}
    door.post(reverse("consent-withdraw", args=[subject.pk]), gone)
    held = subject.consent_withdrawals.get()
    assert (held.specimens, held.further_data) == (True, False)
    door.post(reverse("consent-withdrawal-back", args=[held.pk]), back)
    actions = AuditEvent.objects.filter(action__startswith="consent.").order_by("pk")
    assert list(actions.values_list("action", flat=True)) == [
        "consent.recorded", "consent.taken_back", "consent.withdrawn", "consent.withdrawal_taken_back"
    ]  # fmt: skip


def test_the_csv_has_every_standing_consent(subject, site, crc, day):
    ConsentFactory(subject=subject, version=in_effect(site, "V1.0", 90), signed_on=day(80))
    answer = browser(crc).get(reverse("consents-csv"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    row = next(csv.DictReader(io.StringIO(text)))
    assert (row["subject"], row["version"], row["state"]) == (subject.subject_key, "V1.0", "current")
    assert row["signed_on"] == day(80).isoformat()
    assert row["scans"] == "0"
