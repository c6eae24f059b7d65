"""Deviations: what the data show, what people decide about it, and who may."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from edc.errors import InvalidInput, NotNow
from edc.models import Deviation, StudyEvent, Subject
from edc.selectors.deviations import findings
from edc.services.deviations import (
    Account,
    decide_deviation,
    decide_finding,
    describe_deviation,
    note_deviation,
    settle_deviation,
)
from edc.services.enrol import confirm_enrolment
from tests.edc.web.entry_door import browser
from tests.factories.models import FormInstanceFactory, ItemValueFactory

ACCOUNT = Account(date(2026, 7, 1), "schedule", "Two days late", severity="minor")


@pytest.fixture
def monitor(member):
    return member("mo", "monitor")


@pytest.fixture
def late(subject):
    """The subject's screening visit, held two days after its window."""
    event = subject.events.get(event_oid="SE.SCREEN")
    window = {"window_start": date(2026, 6, 1), "window_end": date(2026, 6, 15)}
    StudyEvent.objects.filter(pk=event.pk).update(status="held", held_on=date(2026, 6, 17), **window)
    return subject.events.get(pk=event.pk)


def found(subject):
    return [each.key for each in findings(Subject.objects.filter(pk=subject.pk))]


def decide(event, actor, verdict="confirmed", **changes):
    return decide_finding(
        subject=event.subject, key=f"window-{event.pk}", verdict=verdict, reason="As the protocol says",
        account=Account(**{**ACCOUNT.__dict__, **changes}), actor=actor,
    )  # fmt: skip


@pytest.mark.parametrize(("days", "is_found"), [(-1, True), (0, False), (14, False), (15, True)])
def test_a_visit_is_found_outside_its_window_alone(subject, days, is_found):
    event = subject.events.get(event_oid="SE.SCREEN")
    assert event.window_end - event.window_start == timedelta(days=14)
    StudyEvent.objects.filter(pk=event.pk).update(
        status="held", held_on=event.window_start + timedelta(days=days)
    )
    assert found(subject) == ([f"window-{event.pk}"] if is_found else [])


def test_missed_visits_and_overrides_are_found(subject, member):
    missed = subject.events.get(event_oid="SE.BASELINE")
    StudyEvent.objects.filter(pk=missed.pk).update(status="missed", missed_reason="Ill")
    confirm_enrolment(subject=subject, actor=member("pi", "investigator"), override_reason="Waiver")
    assert set(found(subject)) == {f"missed-{missed.pk}", f"override-{subject.pk}"}


def test_a_finding_is_decided_once_and_keeps_what_it_rested_on(late, monitor):
    row = decide(late, monitor)
    assert (row.state, row.facts["held_on"]) == ("confirmed", late.held_on.isoformat())
    assert found(late.subject) == []
    with pytest.raises(NotNow):
        decide(late, monitor)


def test_a_corrected_day_takes_a_finding_away(late, monitor):
    row = decide(late, monitor)
    StudyEvent.objects.filter(pk=late.pk).update(held_on=late.window_end)
    text = browser(monitor).get(reverse("deviation", args=[row.pk])).content.decode()
    assert "do not show this any more" in text
    Deviation.objects.all().delete()
    assert found(late.subject) == []
    with pytest.raises(NotNow):
        decide(late, monitor)


@pytest.mark.requirement("N15")
def test_a_confirmed_deviation_has_a_severity_and_a_settled_one_a_correction(late, monitor):
    with pytest.raises(InvalidInput) as wrong:
        decide(late, monitor, severity="")
    assert set(wrong.value.fields) == {"severity"}
    row = decide(late, monitor)
    with pytest.raises(InvalidInput):
        settle_deviation(deviation=row, correction=" ", actor=monitor)
    assert settle_deviation(deviation=row, correction="Trained", actor=monitor).state == "closed"
    with pytest.raises(NotNow):
        decide_deviation(deviation=row, verdict="dismissed", severity="", reason="x", actor=monitor)


def test_the_site_notes_and_describes_but_does_not_decide(subject, member, monitor):
    crc = member("ada", "crc")
    row = note_deviation(subject=subject, event=None, account=ACCOUNT, actor=crc)
    changed = Account(**{**ACCOUNT.__dict__, "cause": "Holiday", "severity": "major"})
    described = describe_deviation(deviation=row, account=changed, reason="Known now", actor=crc)
    assert (described.cause, described.severity) == ("Holiday", "minor")
    with pytest.raises(PermissionDenied):
        decide_deviation(deviation=row, verdict="confirmed", severity="minor", reason="x", actor=crc)
    assert (
        decide_deviation(
            deviation=row, verdict="confirmed", severity="major", reason="Yes", actor=monitor
        ).severity
        == "major"
    )


def test_the_pages_decide_and_the_csv_tells(late, monitor, member, other_site):
    client = browser(monitor)
    assert f"window-{late.pk}" in client.get(reverse("deviations")).content.decode()
    url = reverse("deviation-found", args=[f"window-{late.pk}"])
    assert client.get(url).status_code == 200
    posted = {
        "verdict": "confirmed", "occurred_on": late.held_on.isoformat(), "category": "schedule",
        "severity": "major", "description": "Late", "reason": "Window", "kind": "protocol",
    }  # fmt: skip
    assert client.post(url, posted).status_code == 302
    text = b"".join(client.get(reverse("deviations-csv")).streaming_content).decode().removeprefix("\ufeff")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["state"], row["severity"], row["decision"]) == ("confirmed", "major", "Window")
    stranger = browser(member("zoe", "monitor", other_site))
    assert stranger.get(reverse("deviation", args=[Deviation.objects.get().pk])).status_code == 404
    assert stranger.get(url).status_code == 404
    assert late.subject.subject_key not in stranger.get(reverse("deviations")).content.decode()


def test_programs_note_and_list(subject, member, other_site):
    body = {
        "study": subject.study.oid, "subject_key": subject.subject_key, "occurred_on": "2026-07-01",
        "category": "procedure", "description": "Phase left out",
    }  # fmt: skip
    client = browser(member("ada", "crc"))
    noted = client.post(reverse("api:deviations"), body, content_type="application/json")
    assert noted.json().get("state") == "reported", noted.json()
    listed = client.get(reverse("api:deviations"), {"state": "reported", "study": subject.study.oid}).json()
    assert [each["id"] for each in listed["results"]] == [noted.json()["id"]]
    stranger = browser(member("zoe", "monitor", other_site))
    assert stranger.get(reverse("api:deviations")).json()["results"] == []
    assert stranger.post(reverse("api:deviations"), body, content_type="application/json").status_code == 404


def test_a_deviation_entered_on_a_form_is_found_once_complete_and_decided_once(subject, monitor):
    event = subject.events.get(event_oid="SE.SCREEN")
    form = FormInstanceFactory(event=event, form_oid="FO.DV")
    assert found(subject) == []
    said = {"DVSTDAT": "2026-06-20", "DVDECOD": "IMAGING", "DVMAJ": "Y", "DVTERM": "Wang fell"}
    for name, value in said.items():
        ItemValueFactory(form=form, item_oid=f"IT.DV.{name}", value=value)
    (finding,) = findings(Subject.objects.filter(pk=subject.pk))
    assert (finding.key, finding.occurred_on) == (f"form-{form.pk}", date(2026, 6, 20))
    assert finding.facts == {"category": "procedure", "severity": "major"}

    page = browser(monitor).get(reverse("deviation-found", args=[finding.key]))
    shown = page.content.decode()
    assert (page.context["category"], reverse("form-entry", args=[form.pk]) in shown) == ("procedure", True)
    assert "Wang fell" not in shown
    account = Account(finding.occurred_on, "procedure", "No second series", severity="major")
    given = {"subject": subject, "key": finding.key, "verdict": "confirmed", "account": account}
    made = decide_finding(**given, reason="As the protocol says", actor=monitor)
    assert (made.form, made.event, found(subject)) == (form, event, [])
    with pytest.raises(NotNow):
        decide_finding(**given, reason="Again", actor=monitor)
