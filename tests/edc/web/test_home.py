"""The first page says what this person owes, who waits for it, and what each role comes for."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from edc.models import FormInstance, Observation
from tests.factories import models as made
from tests.factories.entering import form_of

pytestmark = pytest.mark.usefixtures("english")

ROLES = [
    "crc", "data_manager", "monitor", "investigator", "radiologist", "clinician", "data_scientist",
    "uploader", "auditor", "administrator",
]  # fmt: skip


@pytest.fixture
def see(client, member):
    """Return a function that opens a page as a user."""

    def open_as(user, name="home", **query):
        client.force_login(user)
        return client.get(reverse(name), query)

    return open_as


def groups(response):
    return {group.name: group.lines for group in response.context["groups"]}


@pytest.mark.django_db
def test_a_visitor_is_sent_to_the_log_in_and_back(client):
    response = client.get(reverse("subjects"), {"show": "overdue"})

    assert response.url == "/accounts/login/?next=/subjects/%3Fshow%3Doverdue"


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_a_first_page(see, member, subject, role):
    response = see(member("grace", role))

    assert response.status_code == 200


def test_a_sealed_first_pass_is_what_the_second_person_owes_first(see, crcs, enter, subject):
    enter(form_of(subject, "FO.IC"), 1)
    first, second = crcs

    mine, theirs = see(first), see(second)

    assert "entry-2" not in {line.work.kind for lines in groups(mine).values() for line in lines}
    [line] = groups(theirs)["Someone waits"]
    assert (line.work.kind, line.work.title, line.shape) == ("entry-2", "IC", "second")
    assert theirs.context["waiting"] == 1


def test_a_filter_keeps_the_counts_and_shows_its_kind_only(see, crcs, enter, subject):
    enter(form_of(subject, "FO.IC"), 1)

    response = see(crcs[1], kind="second")

    counts = {each["name"]: each["count"] for each in response.context["filters"]}
    assert counts["second"] == 1
    assert counts["first"] == response.context["total"] - 1
    assert [line.filter for lines in groups(response).values() for line in lines] == ["second"]


def test_late_work_says_by_how_many_days(see, crcs, subject):
    today = timezone.localdate()
    form = form_of(subject, "FO.IC")
    type(form.event).objects.filter(pk=form.event_id).update(entry_due=today - timedelta(days=2))

    lines = groups(see(crcs[0]))["Today"]

    assert {line.due_text for line in lines if line.work.subject_key == subject.subject_key} >= {
        "2 days late"
    }


def test_minutes_are_the_median_of_the_persons_own_history(see, crcs, subject):
    now = timezone.now()
    for minutes in (4, 6, 50):
        neighbour = made.SubjectFactory(
            site=subject.site, design_version=subject.design_version, subject_key=f"01-9{minutes:03d}"
        )
        other = made.FormInstanceFactory(form_oid="FO.IC", event__subject=neighbour)
        made.ObservationFactory(form=other, observer=crcs[0], started_at=now - timedelta(minutes=minutes))

    lines = [line for found in groups(see(crcs[0])).values() for line in found]
    line = next(line for line in lines if line.work.title == "IC")

    assert line.work.minutes == 6
    assert Observation.objects.count() == 3


@pytest.mark.parametrize(
    ("role", "kind"), [("monitor", "verify"), ("investigator", "sign"), ("crc", None), ("auditor", None)]
)
def test_a_complete_form_waits_for_the_monitor_and_the_investigator(see, member, complete, role, kind):
    complete("FO.DM")

    owed = {line.work.kind for lines in groups(see(member("hopper", role))).values() for line in lines}

    assert (kind in owed) if kind else not owed & {"verify", "sign"}


def test_a_data_manager_resolves_what_two_people_entered_differently(see, member, complete, enter, subject):
    complete("FO.IC")
    form = form_of(subject, "FO.DM")
    enter(form, 1)
    enter(form, 2, AGE="59")

    lines = groups(see(member("hopper", "data_manager")))["Someone waits"]

    assert [line.work.url for line in lines] == [reverse("form-reconcile", args=[form.pk])]


def test_progress_counts_what_its_link_shows(see, member, complete, subject):
    complete("FO.DM")
    monitor = member("hopper", "monitor")

    progress = see(monitor).context["progress"]

    assert progress.complete.count == FormInstance.objects.filter(status="complete").count() == 2
    assert see(monitor, "forms", show="final").context["page"].paginator.count == 2


def test_a_person_without_a_study_is_told_what_to_do(see, db):
    response = see(made.UserFactory())

    assert b"ask an administrator" in response.content


def test_the_number_of_queries_does_not_grow_with_the_subjects(
    see, member, site, subject, django_assert_max_num_queries
):
    from edc.services.enrol import enrol_subject

    crc = member("ada", "crc")
    see(crc)
    with django_assert_max_num_queries(60) as few:
        see(crc)
    for _each in range(8):
        enrol_subject(site=site, actor=crc)

    with django_assert_max_num_queries(len(few)):
        see(crc)
