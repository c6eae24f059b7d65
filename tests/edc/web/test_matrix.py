"""The matrix: what each visit asks for, what is next, the filters and orders of its address."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from edc.models import FormInstance, StudyEvent, Subject
from edc.services.enrol import enrol_subject
from edc.services.query import raise_query
from tests.factories.entering import form_of

pytestmark = pytest.mark.usefixtures("english")

TODAY = timezone.localdate


@pytest.fixture
def see(client, member):
    def open_as(user, **query):
        client.force_login(user)
        return client.get(reverse("subjects"), query)

    return open_as


def keys(response):
    return [row.subject.subject_key for row, _cells in response.context["rows"]]


def place(subject, event_oid, start, end):
    ends = TODAY() + timedelta(days=end)
    window = {"window_start": TODAY() + timedelta(days=start), "window_end": ends, "entry_due": ends}
    StudyEvent.objects.filter(subject=subject, event_oid=event_oid).update(**window)


@pytest.fixture
def three(site, member, subject):
    """Three subjects: the first with nothing, the second late, the third with a query."""
    crc = member("crc0", "crc")
    late, asked = enrol_subject(site=site, actor=crc), enrol_subject(site=site, actor=crc)
    for each in (subject, late, asked):
        place(each, "SE.SCREEN", 3, 20)
    place(late, "SE.SCREEN", -30, -4)
    raise_query(form=form_of(asked, "FO.IC"), path="", text="Which form?", actor=member("mia", "monitor"))
    return subject, late, asked


def test_what_asks_most_stands_first_and_says_the_next_step(see, member, three):
    response = see(member("crc0", "crc"))

    assert keys(response) == ["01-0002", "01-0003", "01-0001"]
    steps = [row.next_step for row, _cells in response.context["rows"]]
    assert [step.status for step in steps] == ["over", "query", "todo"]
    assert steps[0].text == "Hold Screening, or note it as not done"
    assert steps[1].url.endswith("?q=01-0003")


@pytest.mark.parametrize(
    ("show", "shown"),
    [("", 3), ("overdue", 1), ("queries", 1), ("due", 0), ("disagreement", 0), ("nonsense", 3)],
)
def test_a_quick_filter_shows_as_many_as_its_number_says(see, member, three, show, shown):
    response = see(member("crc0", "crc"), show=show)

    counts = {each["name"]: each["count"] for each in response.context["shows"]}
    assert len(keys(response)) == shown == counts.get(show, 3)


@pytest.mark.parametrize(
    ("sort", "first"), [("key", "01-0001"), ("-key", "01-0003"), ("-created", "01-0003")]
)
def test_the_address_holds_the_order(see, member, three, sort, first):
    assert keys(see(member("crc0", "crc"), sort=sort))[0] == first


def test_a_visit_in_its_window_counts_the_days_left(see, member, subject):
    place(subject, "SE.SCREEN", -1, 5)

    response = see(member("crc0", "crc"), show="due")

    [(_row, cells)] = response.context["rows"]
    assert (cells[0].cell.chip.status, cells[0].cell.chip.text) == ("due", "5 days left")
    assert "window" in cells[0].sentence


def test_a_visit_with_a_begun_form_is_not_told_as_late(see, member, enter, subject):
    place(subject, "SE.SCREEN", -30, -4)
    enter(form_of(subject, "FO.IC"), 1)

    assert keys(see(member("crc0", "crc"), show="overdue")) == []


def test_a_subject_who_left_owes_nothing(see, member, subject):
    place(subject, "SE.SCREEN", -30, -4)
    Subject.objects.filter(pk=subject.pk).update(status=Subject.Status.SCREEN_FAILED)

    response = see(member("crc0", "crc"))

    [(row, _cells)] = response.context["rows"]
    assert {cell.chip.status for cell in row.cells} == {"na"}
    assert row.next_step.text == "Screen failed"


def test_only_the_own_sites_are_in_it(see, member, subject, other_site):
    theirs = enrol_subject(site=other_site, actor=member("bob", "crc", other_site))

    assert keys(see(member("crc0", "crc"))) == [subject.subject_key]
    assert keys(see(member("dora", "data_manager", study_wide=True), sort="key")) == [
        subject.subject_key,
        theirs.subject_key,
    ]


def test_the_grid_has_no_tab_stop_of_its_own_beside_the_cells(see, member, three):
    page = see(member("crc0", "crc")).content.decode()

    head = page[page.index("<thead") : page.index("</thead>")]
    assert head.count("<a ") == head.count('<a tabindex="-1"')
    assert "data-grid" in page


def test_enrolling_gives_the_next_number_and_opens_the_subject(client, member, site, subject):
    client.force_login(member("crc0", "crc"))

    response = client.post(reverse("subject-enrol"), {"site": site.oid, "cohort": "TARGET"})

    made = Subject.objects.get(subject_key="01-0002")
    assert response.url == reverse("subject", args=[made.pk])
    assert made.cohort == "TARGET"


@pytest.mark.parametrize(
    ("role", "site_oid", "cohort", "status"),
    [
        ("crc", "S01", "", 302),
        ("crc", "S02", "", 404),
        ("crc", "S01", "NO SUCH", 422),
        ("monitor", "S01", "", 403),
        ("radiologist", "S01", "", 403),
    ],
)
def test_who_may_enrol_where(client, member, other_site, role, site_oid, cohort, status):
    client.force_login(member("ada", role))

    response = client.post(reverse("subject-enrol"), {"site": site_oid, "cohort": cohort})

    assert response.status_code == status
    assert Subject.objects.count() == (status == 302)


def test_a_page_of_many_subjects_takes_no_more_queries(
    see, site, member, subject, django_assert_max_num_queries
):
    crc = member("crc0", "crc")
    see(crc)
    with django_assert_max_num_queries(60) as few:
        see(crc)
    for _each in range(9):
        enrol_subject(site=site, actor=crc)

    with django_assert_max_num_queries(len(few)):
        response = see(crc)
    assert len(keys(response)) == 10
    assert FormInstance.objects.count() > 60


def test_subjects_without_images_are_found(see, member, three):
    from tests.factories.imaging import ImagingStudyFactory, SeriesFactory

    subject = three[0]
    form = form_of(subject, "FO.IC")
    SeriesFactory(imaging_study=ImagingStudyFactory(form=form, subject=subject))
    Subject.objects.filter(pk=three[1].pk).update(status=Subject.Status.WITHDRAWN)

    response = see(member("crc0", "crc"), show="images")

    assert keys(response) == [three[2].subject_key]
