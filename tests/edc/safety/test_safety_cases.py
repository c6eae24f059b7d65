"""A serious adverse event from its form to its end: clock, reports, decisions, closing; and who sees it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from edc.errors import Conflict, InvalidInput, NotNow
from edc.models import AuditEvent, FormInstance, Notification, SafetyCase
from edc.selectors import owed_by
from edc.services.entry import correct_item, submit_entry
from edc.services.safety_cases import (
    Report,
    Verdict,
    close_case,
    correct_awareness,
    decide_report,
    reopen_case,
    submit_report,
    withdraw_case,
)
from tests.edc.web.entry_door import browser
from tests.factories.designs import small_design
from tests.factories.entering import entry, form_of, record
from tests.factories.safety import serious_events

ROW = {
    "IT.AE.AETERM[1]": "发热", "IT.AE.AECTCAE[1]": "Fever", "IT.AE.AETOXGR[1]": "3", "IT.AE.AEREL[1]": "2",
    "IT.AE.AESER[1]": "Y", "IT.AE.AESCRIT[1]": ["HOSP"],
}  # fmt: skip
ANSWERS = {
    "AETERM": "发热", "AECTCAE": "Fever", "AETOXGR": "4", "AEREL": "2", "AESCRIT": ["HOSP", "LIFE"]
}  # fmt: skip


@pytest.fixture
def design():
    return serious_events(small_design())


@pytest.fixture
def form(subject, complete):
    complete("FO.IC")
    return form_of(subject, "FO.AE")


@pytest.fixture
def serious(form, crcs, member):
    """Seal one pass of the form, or both, with one event."""
    member("pi", "investigator")
    member("meg", "data_manager")

    def seal(*passes: int, **changes: object) -> FormInstance:
        values = ROW | {f"IT.AE.{name}[1]": value for name, value in changes.items()}
        for number in passes or (1, 2):
            content = record(values, {"IG.AEROW": ["1"]})
            submit_entry(form=form, actor=crcs[number - 1], record=content, source="test")
        return FormInstance.objects.get(pk=form.pk)

    return seal


@pytest.fixture
def case(serious):
    return serious().safety_cases.get()


@pytest.fixture
def pi(member):
    return member("pi", "investigator")


@pytest.fixture
def manager(member):
    return member("meg", "data_manager")


def send(case, actor, number=1, **more):
    report = Report(number, {**ANSWERS, **more.pop("answers", {})}, "住院，退热治疗", **more)
    return submit_report(case=case, report=report, actor=actor)


def verdict(**more):
    return Verdict(
        **({"causality": "possible", "expectedness": "unexpected", "action": "none", "comment": "一"} | more)
    )


def told(kind):
    return set(Notification.objects.filter(kind=kind).values_list("user__username", flat=True))


@pytest.mark.requirement("N15")
def test_nothing_of_a_sealed_pass_opens_a_case(serious, member):
    form = serious(1)
    assert not SafetyCase.objects.exists()
    assert not Notification.objects.filter(kind="sae_opened").exists()
    form = serious(2)
    case = form.safety_cases.get()
    first = form.observations.get(stream="entry-1")
    assert case.aware_at == first.sealed_at
    assert case.due_at == first.sealed_at + timedelta(hours=24)
    assert told("sae_opened") == {"crc0", "ada", "grace", "pi", "meg"}


def test_passes_that_differ_open_no_case_before_they_are_settled(serious):
    serious(1)
    serious(2, AESER="N", AESCRIT=None)
    assert not SafetyCase.objects.exists()


def test_a_correction_opens_a_case_once_and_its_clock_runs_from_there(serious, crcs):
    form = serious(AESER="N", AESCRIT=None)
    for raw in ("Y", "N", "Y"):
        correct_item(
            form=form, path="IT.AE.AESER[1]", entry=entry(raw), reason="Source updated", actor=crcs[0]
        )
    case = form.safety_cases.get()
    assert timezone.now() - case.aware_at < timedelta(minutes=1)
    assert AuditEvent.objects.filter(action="safety_case.opened").count() == 1


def test_what_is_serious_no_more_is_ended_by_a_person_and_comes_back_by_itself(case, crcs, manager):
    with pytest.raises(NotNow):
        withdraw_case(case=case, reason="Mistake", actor=manager)
    form = case.form
    say = {"form": form, "path": "IT.AE.AESER[1]", "reason": "Source updated", "actor": crcs[0]}
    correct_item(entry=entry("N"), **say)
    case.refresh_from_db()
    assert case.state == "open"
    assert withdraw_case(case=case, reason="Mistake", actor=manager).due_at is None
    correct_item(entry=entry("Y"), **say)
    case.refresh_from_db()
    assert case.state == "open"
    assert case.due_at > timezone.now() + timedelta(hours=23)


def test_the_report_keeps_what_came_from_the_form_and_what_was_typed(case, crcs):
    sent = send(case, crcs[0])
    origins = {name: each["origin"] for name, each in sent.content["items"].items()}
    assert origins == {
        "AETERM": "form", "AECTCAE": "form", "AETOXGR": "typed", "AEREL": "form", "AESCRIT": "typed"
    }  # fmt: skip
    case.refresh_from_db()
    assert (case.state, case.due_at) == ("reported", sent.submitted_at + timedelta(days=7))
    assert told("sae_reported") == {"pi", "meg"}


def test_a_report_names_every_field_that_is_wrong_and_changes_nothing(case, crcs):
    bad = {"AETERM": "", "AETOXGR": "9", "AESCRIT": [], "AEREL": ""}
    with pytest.raises(InvalidInput) as wrong:
        submit_report(case=case, report=Report(1, {**ANSWERS, **bad}, " "), actor=crcs[0])
    assert set(wrong.value.fields) == {*bad, "narrative"}
    assert not case.reports.exists()


def test_two_people_do_not_report_over_each_other(case, crcs):
    send(case, crcs[0])
    with pytest.raises(Conflict):
        send(case, crcs[1])
    assert send(case, crcs[1], 2).number == 2


def test_who_reported_does_not_decide(case, pi, member):
    sent = send(case, pi)
    with pytest.raises(NotNow):
        decide_report(report=sent, verdict=verdict(), actor=pi)
    other = member("chair", "clinician")
    decide_report(report=sent, verdict=verdict(), actor=other)
    with pytest.raises(NotNow):
        decide_report(report=sent, verdict=verdict(), actor=other)


def test_the_committee_may_want_a_report_sooner(case, crcs, pi):
    sent = send(case, crcs[0])
    with pytest.raises(InvalidInput):
        decide_report(report=sent, verdict=verdict(action="follow_up"), actor=pi)
    soon = timezone.now() + timedelta(days=2)
    decide_report(report=sent, verdict=verdict(action="follow_up", follow_up_by=soon), actor=pi)
    case.refresh_from_db()
    assert case.due_at == soon
    assert told("sae_decided") == {"crc0", "ada", "grace", "meg"}


def test_a_case_is_closed_after_its_final_report_and_the_decision(case, crcs, pi, manager):
    send(case, crcs[0])
    with pytest.raises(NotNow):
        close_case(case=case, reason="Over", actor=manager)
    last = send(case, crcs[0], 2, final=True)
    decide_report(report=last, verdict=verdict(), actor=pi)
    assert close_case(case=case, reason="Over", actor=manager).state == "closed"
    assert owed_safety(crcs[0], case.study) == []
    assert reopen_case(case=case, reason="Relapse", actor=manager).due_at > timezone.now()


def test_awareness_may_be_earlier_but_never_after_the_form_said_so(case, crcs):
    night = case.aware_at - timedelta(hours=30)
    assert (
        correct_awareness(case=case, aware_at=night, reason="By phone", actor=crcs[0]).due_at < timezone.now()
    )
    with pytest.raises(InvalidInput):
        correct_awareness(
            case=case, aware_at=case.opened_at + timedelta(minutes=1), reason="No", actor=crcs[0]
        )
    assert send(case, crcs[0]).is_late


def owed_safety(user, study):
    return [(work.action, work.blocks) for work in owed_by(user, study) if work.kind == "safety"]


def test_the_home_list_tells_who_owes_what(case, crcs, pi, manager):
    ((action, blocks),) = owed_safety(crcs[0], case.study)
    assert action == "Report it"
    assert blocks.endswith("23 h left")
    assert owed_safety(manager, case.study) == []
    SafetyCase.objects.update(due_at=timezone.now() - timedelta(hours=1))
    assert owed_safety(crcs[0], case.study)[0][1].startswith("overdue since")
    assert [action for action, _blocks in owed_safety(manager, case.study)] == ["Remind"]
    send(case, crcs[0])
    assert owed_safety(crcs[0], case.study) == []
    assert [action for action, _blocks in owed_safety(pi, case.study)] == ["Decide on it"]


def test_the_pages_report_decide_and_print(case, crcs, pi, manager):
    client, url = browser(crcs[0], "zh-hans"), reverse("safety-case", args=[case.pk])
    page = client.get(url).content.decode()
    assert 'name="AETERM" value=""' in page
    assert 'data-take="&quot;发热&quot;"' in page
    posted = {**ANSWERS, "number": "1", "narrative": "住院", "final": "on"}
    assert client.post(reverse("safety-case-report", args=[case.pk]), posted).status_code == 302
    decided = {"causality": "probable", "expectedness": "expected", "action": "none", "comment": "依据方案"}
    assert browser(pi).post(reverse("safety-case-decide", args=[case.pk]), decided).status_code == 302
    printed = client.get(reverse("safety-case-pdf", args=[case.pk]))
    assert printed.content.startswith(b"%PDF")
    listed = browser(manager).get(reverse("safety-cases")).content.decode()
    assert str(case) in listed
    text = b"".join(browser(manager).get(reverse("safety-cases-csv")).streaming_content).decode()
    assert "依据方案" in text
    ended = {"act": "close", "reason": "Over"}
    assert browser(manager).post(reverse("safety-case-end", args=[case.pk]), ended).status_code == 302
    assert SafetyCase.objects.get().state == "closed"


def test_programs_read_cases_of_their_sites_alone(case, manager, member, other_site):
    url = reverse("api:safety-cases")
    (read,) = browser(manager).get(url).json()["results"]
    assert (read["name"], read["state"]) == (str(case), "open")
    stranger = member("zoe", "crc", other_site)
    assert browser(stranger).get(url).json()["results"] == []
    assert browser(stranger).get(reverse("safety-case", args=[case.pk])).status_code == 404
    assert str(case) not in browser(stranger).get(reverse("safety-cases"), {"show": "all"}).content.decode()
