"""A serious adverse event opened by hand, tied to its form later, and the reminder of its clock."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from edc.errors import NotNow
from edc.models import AuditEvent, Notification, SafetyCase
from edc.selectors.safety_cases import proposals
from edc.services.entry import submit_entry
from edc.services.safety_cases import Report, submit_report
from edc.services.safety_opening import open_case, remind_of_deadlines, tie_case
from edc.tasks import remind_of_safety
from tests.edc.safety.test_safety_cases import ANSWERS, ROW, design, form, serious  # noqa: F401
from tests.edc.web.entry_door import browser
from tests.factories.entering import record

KNEW = timedelta(hours=5)


def page_of(case):
    return reverse("safety-case", args=[case.pk])


@pytest.fixture
def by_hand(form, crcs):  # noqa: F811
    """Open a case before anything stands in the form."""
    return open_case(subject=form.subject, aware_at=timezone.now() - KNEW, actor=crcs[0])


def test_the_site_reports_before_the_form_is_entered(by_hand, form, member, crcs):  # noqa: F811
    told = Notification.objects.filter(kind="sae_opened").values_list("user__username", flat=True)
    report = submit_report(case=by_hand, report=Report(1, ANSWERS, "发热 4 级", False), actor=crcs[0])

    assert (by_hand.row_key, by_hand.opened_by, by_hand.due_at) == (
        None, crcs[0], by_hand.aware_at + timedelta(hours=24),
    )  # fmt: skip
    assert {"ada", "grace"} <= set(told)
    assert {each["origin"] for each in report.content["items"].values()} == {"typed"}
    assert AuditEvent.objects.get(action="safety_case.opened").after["by_hand"] is True


def test_an_event_of_the_form_has_a_clock_of_its_own_until_somebody_ties_them(by_hand, serious, crcs):  # noqa: F811
    serious()

    own = SafetyCase.objects.get(row_key="1")
    by_hand.refresh_from_db()
    assert (by_hand.row_key, own.by_hand, own.state) == (None, False, "open")
    assert Notification.objects.filter(kind="sae_opened", about=str(own)).exists()
    assert not AuditEvent.objects.filter(action="safety_case.tied").exists()
    assert proposals(by_hand) == {}
    page = browser(crcs[0]).get(reverse("safety-case", args=[own.pk])).content.decode()
    assert f">{by_hand}</a> was opened by hand" in page


def test_a_case_tied_to_the_wrong_event_is_tied_anew_and_the_other_keeps_a_clock(by_hand, form, crcs):  # noqa: F811
    two = ROW | {path.replace("[1]", "[2]"): value for path, value in ROW.items()}
    for actor in crcs:
        content = record(two, {"IG.AEROW": ["1", "2"]})
        submit_entry(form=form, actor=actor, record=content, source="test")
    tie_case(case=by_hand, form=form, row_key="1", actor=crcs[0])
    assert "is it another event?" in browser(crcs[0]).get(page_of(by_hand)).content.decode()
    url, body = reverse("safety-case-event", args=[by_hand.pk]), {"event": f"{form.pk}:2"}

    answers = [browser(crcs[0]).post(url, body | {"reason": why}).status_code for why in ("", "Wrong row")]

    anew = SafetyCase.objects.get(row_key="1")
    assert (answers, SafetyCase.objects.get(row_key="2")) == ([422, 302], by_hand)
    assert (anew.state, anew.by_hand, anew.due_at) == (
        "open", False, form.observations.get(stream="entry-1").sealed_at + timedelta(hours=24),
    )  # fmt: skip
    tied = AuditEvent.objects.filter(action="safety_case.tied").latest("pk")
    assert (tied.before["row"], tied.after["row"], tied.reason) == ("1", "2", "Wrong row")
    with pytest.raises(NotNow):
        tie_case(case=anew, form=form, row_key="2", reason="No", actor=crcs[0])


def test_a_case_that_a_person_tied_is_not_ended_by_another(by_hand, form, serious, crcs):  # noqa: F811
    other = open_case(subject=form.subject, aware_at=timezone.now() - KNEW, actor=crcs[1])
    serious()
    tie_case(case=by_hand, form=form, row_key="1", actor=crcs[0])

    with pytest.raises(NotNow):
        tie_case(case=other, form=form, row_key="1", actor=crcs[1])

    assert SafetyCase.objects.get(row_key="1") == by_hand


def test_with_two_that_wait_a_person_says_which_event_it_is(by_hand, form, serious, crcs):  # noqa: F811
    other = open_case(subject=form.subject, aware_at=timezone.now() - KNEW, actor=crcs[1])
    submit_report(case=by_hand, report=Report(1, ANSWERS, "发热", False), actor=crcs[0])
    serious()
    opened = SafetyCase.objects.get(row_key="1")
    page, client = reverse("safety-case", args=[by_hand.pk]), browser(crcs[0])
    assert f'value="{form.pk}:1"' in client.get(page).content.decode()

    answer = client.post(reverse("safety-case-event", args=[by_hand.pk]), {"event": f"{form.pk}:1"})

    opened.refresh_from_db()
    assert (answer.status_code, SafetyCase.objects.get(row_key="1")) == (302, by_hand)
    assert (opened.state, opened.row_key, opened.closed_reason) == (
        "withdrawn", None, f"Reported as {by_hand}",
    )  # fmt: skip
    again = client.post(reverse("safety-case-event", args=[other.pk]), {"event": f"{form.pk}:1"})
    assert again.status_code == 409
    assert SafetyCase.objects.get(pk=other.pk).row_key is None


def test_a_case_is_opened_at_the_page_by_who_reports(form, crcs, member, other_site):  # noqa: F811
    url, key = reverse("safety-case-open"), form.subject.subject_key
    body = {"subject": key, "aware_at": (timezone.localtime() - KNEW).strftime("%Y-%m-%dT%H:%M")}
    assert "Open a case" in browser(crcs[0]).get(reverse("safety-cases")).content.decode()
    assert browser(member("eve", "crc", other_site)).post(url, body).status_code == 422
    assert browser(member("mo", "monitor")).post(url, body).status_code == 403
    later = body | {"aware_at": "2999-01-01T00:00"}
    assert browser(crcs[0]).post(url, later).status_code == 422
    assert not SafetyCase.objects.exists()

    answer = browser(crcs[0]).post(url, body)

    assert answer.url == reverse("safety-case", args=[SafetyCase.objects.get().pk])
    assert "no completed form tells" in browser(crcs[0]).get(answer.url).content.decode()


def test_a_deadline_is_reminded_of_once_and_again_when_it_moves(by_hand, member, system):
    member("meg", "data_manager")
    assert remind_of_deadlines(actor=system) == 0  # 19 hours are left

    soon = by_hand.due_at - timedelta(hours=7)
    assert (remind_of_deadlines(actor=system, now=soon), remind_of_deadlines(actor=system, now=soon)) == (
        1,
        0,
    )
    assert remind_of_deadlines(actor=system, now=by_hand.due_at + timedelta(hours=1)) == 0
    told = Notification.objects.filter(kind="sae_due")
    once = told.count()
    assert {"ada", "grace", "meg"} <= set(told.values_list("user__username", flat=True))
    assert by_hand.subject.subject_key not in "".join(told.values_list("about", flat=True))

    SafetyCase.objects.update(due_at=timezone.now() + timedelta(hours=1))
    remind_of_safety()
    assert told.count() == 2 * once
    assert AuditEvent.objects.filter(action="safety_case.reminded").count() == 2
    assert mail.outbox == []


def test_a_program_opens_and_ties_a_case(form, serious, crcs, client, member):  # noqa: F811
    client.force_login(crcs[0])
    url = "/api/v1/safety-cases/"
    body = {"subject": form.subject_id, "aware_at": (timezone.now() - KNEW).isoformat()}
    made = [client.post(url, body, content_type="application/json").json() for _time in range(2)]
    serious()

    tied = client.post(f"{url}{made[1]['id']}/event/", {"form": form.pk, "row_key": "1"}, "application/json")

    assert [(each["by_hand"], each["row_key"]) for each in made] == [(True, None)] * 2
    assert (tied.status_code, tied.json()["row_key"]) == (200, "1")
    wrong = client.post(f"{url}{made[0]['id']}/event/", {"form": form.pk, "row_key": "7"}, "application/json")
    assert (wrong.status_code, "event" in wrong.json()["errors"]) == (422, True)
