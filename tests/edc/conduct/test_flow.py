"""The screening log and the flow: every number has exactly its rows behind it, at the reader's sites only."""

import csv
import io
from datetime import date

import pytest
from django.urls import reverse

from edc.errors import InvalidInput, NotNow
from edc.models import Departure, Subject
from edc.selectors.flow import flow_counts
from edc.services.departure import Leaving, end_participation, take_back_departure
from edc.services.enrol import confirm_enrolment, enrol_subject, fail_screening
from edc.web.flow_chart import Said, chart, fitted
from tests.edc.web.entry_door import browser
from tests.factories.models import EligibilityAssessmentFactory, FormInstanceFactory

LEFT = Leaving("consent", date(2026, 7, 1))


def assessed(subject, verdict, *failed):
    criteria = [{"oid": oid, "passes": oid not in failed, "met": "x"} for oid in ("I1", "I2", "E1")]
    EligibilityAssessmentFactory(subject=subject, verdict=verdict, criteria=criteria)


@pytest.fixture
def investigator(member):
    return member("pi", "investigator")


@pytest.fixture
def cohort(site, other_site, investigator, member):
    """Six subjects of the site, each with another outcome, and one elsewhere."""
    keys = ("screening", "by_rule", "otherwise", "enrolled", "withdrawn", "completed")
    made = {key: enrol_subject(site=site, actor=investigator) for key in keys}
    FormInstanceFactory(
        event=made["enrolled"].events.first(), form_oid="FO.IC", repeat_key=9, status="complete"
    )
    assessed(made["by_rule"], "not_eligible", "I2")
    for key in ("by_rule", "otherwise"):
        fail_screening(subject=made[key], actor=investigator, reason="Too young")
    for key in ("enrolled", "withdrawn", "completed"):
        confirm_enrolment(subject=made[key], actor=investigator, override_reason="Waiver")
    assessed(made["enrolled"], "eligible")
    end_participation(subject=made["withdrawn"], leaving=LEFT, reason="Left", actor=investigator)
    done = Leaving("completed", date(2026, 7, 1))
    end_participation(subject=made["completed"], leaving=done, reason="All done", actor=investigator)
    enrol_subject(site=other_site, actor=member("zoe", "crc", other_site))
    return made


EXPECTED = {
    "screened": 6, "consented": 1, "eligible": 1, "screening": 1, "screen_failed": 2, "left_screening": 0,
    "enrolled": 3, "overridden": 3, "in_study": 1, "withdrawn": 1, "completed": 1,
    "analysed": 0,
}  # fmt: skip


def rows(user, **query):
    answer = browser(user).get(reverse("screening-log-csv"), query)
    text = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


def test_each_number_has_its_rows(cohort, study, site, investigator):
    assert flow_counts(Subject.objects.filter(site=site), study) == {site.pk: EXPECTED}
    assert {name: len(rows(investigator, stage=name)) for name in EXPECTED} == EXPECTED


@pytest.mark.parametrize(
    ("criterion", "keys"), [("I2", {"by_rule"}), ("other", {"otherwise"}), ("E1", set())]
)
def test_a_criterion_opens_the_failures_it_explains(cohort, investigator, criterion, keys):
    found = {row["subject"] for row in rows(investigator, stage="screen_failed", criterion=criterion)}
    assert found == {cohort[key].subject_key for key in keys}


def test_the_log_says_result_and_reason(cohort, investigator):
    found = {row["subject"]: row for row in rows(investigator)}
    failed, left = found[cohort["by_rule"].subject_key], found[cohort["withdrawn"].subject_key]
    assert (failed["result"], failed["criteria_not_met"], failed["reason"]) == (
        "screen_failed",
        "I2",
        "Too young",
    )
    assert (left["result"], left["how_left"], left["left_on"]) == ("withdrawn", "consent", "2026-07-01")
    assert left["enrolled_on"]


def test_pages_count_the_readers_sites_alone(cohort, member, other_site):
    stranger = member("zoe", "crc", other_site)
    client = browser(stranger)
    assert len(rows(stranger)) == 1
    for name in ("screening-log", "flow"):
        text = client.get(reverse(name)).content.decode()
        assert cohort["enrolled"].subject_key not in text
        assert "S01" not in text
    drawn = client.get(reverse("flow-svg"))
    assert drawn["Content-Type"] == "image/svg+xml"
    assert "Screened (n = 1)" in drawn.content.decode()


def test_the_diagram_opens_the_rows(cohort, investigator):
    text = browser(investigator).get(reverse("flow")).content.decode()
    assert "Screen failed (n = 2)" in text
    assert "?stage=screen_failed&amp;criterion=I2" in text
    assert "Consent withdrawn (n = 1)" in text


def test_a_departure_is_taken_back_and_noted_again(cohort, investigator):
    subject = cohort["withdrawn"]
    client = browser(investigator)
    client.post(reverse("subject-leave-back", args=[subject.pk]), {"reason": "Wrong subject"})
    subject.refresh_from_db()
    assert subject.status == Subject.Status.ENROLLED
    again = {"how": "lost", "left_on": "2026-07-02", "reason": "No answer"}
    client.post(reverse("subject-leave", args=[subject.pk]), again)
    assert list(
        Departure.objects.filter(subject=subject, taken_back_at=None).values_list("how", flat=True)
    ) == ["lost"]


def test_impossible_departures_are_refused(cohort, investigator):
    subject = cohort["screening"]
    with pytest.raises(NotNow):
        end_participation(
            subject=subject, leaving=Leaving("completed", date(2026, 7, 1)), reason="x", actor=investigator
        )
    with pytest.raises(InvalidInput) as wrong:
        end_participation(
            subject=subject, leaving=Leaving("fled", date(2999, 1, 1)), reason="x", actor=investigator
        )
    assert set(wrong.value.fields) == {"how", "left_on"}
    with pytest.raises(NotNow):
        take_back_departure(subject=subject, reason="x", actor=investigator)


def test_boxes_neither_overlap_nor_overflow():
    drawn = chart([([Said("a", 1)] * 3, [Said("b", 2)] * 4), ([Said("c", 3)], []), ([Said("d", 4)], [])])
    main = [box for box in drawn.boxes if box.x < 100]
    assert [box.y >= above.bottom for above, box in zip(main, main[1:], strict=False)] == [True, True]
    assert drawn.boxes[1].y > drawn.boxes[0].bottom
    assert drawn.boxes[2].y > drawn.boxes[1].bottom
    assert max(box.bottom for box in drawn.boxes) < drawn.height
    assert fitted("筛选失败", 6) == "筛选…"
