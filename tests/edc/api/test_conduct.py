"""Visits, the flow of subjects and specimens through the API."""

import pytest
from django.utils import timezone

from edc.models import AuditEvent, Departure, Specimen, StudyEvent, Subject

ROOT = "/api/v1"


def test_a_visit_is_held_missed_and_added(program, crcs, subject):
    client = program(crcs[0])
    first = subject.events.first()
    repeating = next(each for each in subject.design_version.design.events if each.repeats)
    today = timezone.localdate().isoformat()

    held = client.post(f"{ROOT}/events/{first.pk}/held/", {"held_on": today})
    late = client.post(f"{ROOT}/events/{first.pk}/held/", {"held_on": "2999-01-01"})
    added = client.post(f"{ROOT}/subjects/{subject.pk}/events/", {"event_oid": repeating.oid})
    missed = client.post(f"{ROOT}/events/{added.json()['id']}/missed/", {"reason": "Moved away"})

    assert (held.status_code, held.json()["status"], held.json()["held_on"]) == (200, "held", today)
    assert (late.status_code, set(late.json()["errors"])) == (422, {"held_on"})
    assert (added.status_code, missed.json()["status"]) == (201, "missed")
    assert StudyEvent.objects.get(pk=added.json()["id"]).missed_reason == "Moved away"
    assert AuditEvent.objects.get(action="event.held").channel == "api"


def test_a_subject_fails_screening_and_counts_in_the_flow(
    program, crcs, subject, study, site, other_site, member
):
    client, mine = program(crcs[0]), f"{ROOT}/subjects/{subject.pk}"
    asked = {"study": study.oid}
    unmet = client.post(f"{mine}/confirmation/", {})
    failed = client.post(f"{mine}/screen-failure/", {"reason": "Consent withdrawn"})
    flow = client.get(f"{ROOT}/flow/", asked)

    assert (unmet.status_code, failed.json()["status"]) == (409, "screen_failed")
    assert (flow.json()["total"]["screened"], flow.json()["total"]["screen_failed"]) == (1, 1)
    assert [each["site"] for each in flow.json()["sites"]] == [site.oid]
    assert flow.json()["failures"] == {"other": 1}
    assert client.get(f"{ROOT}/flow/", asked | {"site": other_site.oid}).status_code == 404
    stranger = program(member("eve", "crc", other_site))
    assert stranger.get(f"{ROOT}/flow/", asked).json()["total"] == {}
    assert stranger.post(f"{mine}/screen-failure/", {"reason": "x"}).status_code == 404


def test_a_departure_is_noted_and_taken_back(program, crcs, subject):
    client, mine = program(crcs[0]), f"{ROOT}/subjects/{subject.pk}"
    left = {"how": "lost", "left_on": timezone.localdate().isoformat(), "reason": "No answer"}

    gone = client.post(f"{mine}/departure/", left)
    assert (gone.status_code, gone.json()["status"]) == (201, "withdrawn")
    assert client.post(f"{mine}/departure/", left).status_code == 409
    assert client.post(f"{mine}/return/", {"reason": "Came back"}).json()["status"] == "screening"
    assert Departure.objects.get().taken_back_at is not None
    assert Subject.objects.get().status == "screening"


@pytest.fixture
def tube(program, crcs, subject):
    body = {
        "subject": subject.pk, "label": "LB-1", "kind": "serum", "tubes": 2,
        "collected_at": timezone.now().isoformat(),
    }  # fmt: skip
    return program(crcs[0]).post(f"{ROOT}/specimens/", body)


def test_a_specimen_goes_to_another_site_which_receives_it(program, crcs, tube, member, other_site):
    client, url = program(crcs[0]), f"{ROOT}/specimens/{tube.json()['id']}/steps/"
    receiver, stranger = program(member("rae", "crc", other_site)), program(member("mo", "monitor"), "check")
    step = {"at": timezone.now().isoformat()}
    assert (tube.status_code, tube.json()["state"]) == (201, "collected")
    assert receiver.post(url, step | {"state": "received", "condition": "Frozen"}).status_code == 404

    shipped = client.post(url, step | {"state": "shipped", "to_site": other_site.oid})
    assert (shipped.status_code, shipped.json()["to_site"]) == (201, other_site.oid)
    assert client.post(url, step | {"state": "received", "condition": "Frozen"}).status_code == 403
    received = receiver.post(url, step | {"state": "received", "condition": "Frozen"})

    assert (received.status_code, received.json()["at_site"]) == (201, other_site.oid)
    assert [each["state"] for each in received.json()["steps"]] == ["collected", "shipped", "received"]
    assert [each["label"] for each in receiver.get(f"{ROOT}/specimens/").json()["results"]] == ["LB-1"]
    assert stranger.post(url, step | {"state": "stored"}).status_code == 403


def test_a_specimen_is_destroyed_by_two_people(program, crcs, tube):
    url, now = f"{ROOT}/specimens/{tube.json()['id']}/steps/", timezone.now().isoformat()
    ada, bob = program(crcs[0]), program(crcs[1])
    ask = {"state": "destroying", "at": now, "reason": "Consent withdrawn"}
    carry_out = ask | {"state": "destroyed"}

    assert ada.post(url, ask).status_code == 201
    assert ada.post(url, carry_out).status_code == 409
    assert bob.post(url, carry_out).json()["steps"][-1]["first_person"] == "ada"
    assert Specimen.objects.get().state == "destroyed"
