"""What asks most stands first, whatever page is asked for, and numbers beside the filters stay bounded."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from edc import extensions
from edc.models import FormInstance, StudyEvent, Subject
from edc.selectors import matrix_filters, matrix_order, matrix_states
from edc.selectors.matrix_filters import filtered, shown_counts
from edc.selectors.matrix_states import BEGUN, LEFT
from edc.selectors.visible import subjects_visible_to
from tests.factories.imaging import ImagingStudyFactory
from tests.factories.modeling import ScoreFactory
from tests.factories.models import FormInstanceFactory, QueryFactory, StudyEventFactory, SubjectFactory

Status = FormInstance.Status
LATE, NOW, LATER = (-30, -3), (-3, 3), (5, 9)
# Of each subject: its status, then the visits, each with its status, its days from today, and its forms.
PEOPLE = (
    ("enrolled", [("held", NOW, ["complete"])]),
    ("screening", [("planned", LATER, ["to_do"])]),
    ("withdrawn", [("planned", LATE, ["to_do", "disagreement"])]),
    ("enrolled", [("planned", LATE, ["to_do"])]),
    ("enrolled", [("planned", LATE, ["to_do", "first_draft"])]),
    ("enrolled", [("held", NOW, ["asked"])]),
    ("enrolled", [("planned", NOW, ["to_do"]), ("held", LATE, ["to_do", "verified"])]),
    ("enrolled", [("held", LATE, ["disagreement", "asked", "first_sealed"])]),
    ("enrolled", [("held", LATE, ["disagreement", "to_do"])]),
    ("screen_failed", []),
    ("enrolled", [("held", LATE, ["second_draft"]), ("planned", LATE, ["to_do"])]),
    ("enrolled", [("held", LATE, ["to_do"])]),
    ("completed", [("held", LATE, ["signed"])]),
    ("enrolled", [("missed", LATE, ["to_do"]), ("held", LATE, ["locked", "verified"])]),
    ("screening", []),
)


@pytest.fixture
def people(subject, site):
    """Subjects in every state that the order tells apart; the one of the study's own visits left."""
    Subject.objects.filter(pk=subject.pk).update(status="screen_failed")
    for number, (status, visits) in enumerate(PEOPLE):
        made = SubjectFactory(
            site=site, design_version=subject.design_version, subject_key=f"02-{number:04d}", status=status
        )
        for visit in visits:
            hold(made, *visit)
    return list(Subject.objects.order_by("subject_key"))


def hold(subject, status, days, forms):
    start, due = (timezone.localdate() + timedelta(days=each) for each in days)
    event = StudyEventFactory(subject=subject, status=status, window_start=start, entry_due=due)
    for ordinal, form in enumerate(forms, start=1):
        asked = form == "asked"
        made = FormInstanceFactory(event=event, repeat_key=ordinal, status="complete" if asked else form)
        if asked:
            QueryFactory(form=made, state="answered")


def rank(subject):
    """The place of what a subject asks for, told from its rows one by one."""
    forms = list(subject.forms.select_related("event"))
    today, statuses = timezone.localdate(), {form.status for form in forms}
    planned = subject.events.filter(status="planned", window_start__isnull=False)
    waiting = [event for event in planned if awaited(event)]
    held = {form.status for form in forms if form.event.status == StudyEvent.Status.HELD}
    asks = (
        subject.status in LEFT and 9,
        any(event.entry_due < today for event in waiting) and 1,
        any(form.queries.filter(state__in=("open", "answered", "resolved")) for form in forms) and 2,
        Status.DISAGREEMENT in statuses and 3,
        any(event.window_start <= today <= event.entry_due for event in waiting) and 4,
        bool(statuses & set(BEGUN)) and 5,
        Status.TO_DO in held and 6,
        bool(statuses & {Status.COMPLETE, Status.VERIFIED}) and 7,
    )
    return next((each for each in asks if each), 8)


def awaited(event):
    statuses = set(event.forms.values_list("status", flat=True))
    return Status.TO_DO in statuses and not statuses & {*BEGUN, Status.DISAGREEMENT}


@pytest.mark.parametrize(("few", "near"), [(2000, 300), (1, 300), (0, 2)])
def test_the_order_is_that_of_what_asks_most(people, study, crcs, monkeypatch, few, near):
    monkeypatch.setattr(matrix_states, "FEW", few)
    monkeypatch.setattr(matrix_order, "NEAR", near)
    expected = sorted(people, key=lambda each: (rank(each), each.subject_key))
    assert {rank(each) for each in people} == set(range(1, 10))

    found = filtered(crcs[0], study, None, {"sort": "next"})

    assert found.count() == len(people)
    assert found[0:100] == expected
    for size in (1, 4):
        bounds = range(0, len(people) + size, size)
        assert sum((found[start:stop] for start, stop in pairwise(bounds)), []) == expected


@pytest.mark.parametrize("show", ["overdue", "due", "queries", "disagreement", "images"])
def test_a_quick_filter_shows_the_same_in_either_order(people, study, crcs, monkeypatch, show):
    asked = filtered(crcs[0], study, None, {"sort": "next", "show": show})[0:100]

    by_key = list(filtered(crcs[0], study, None, {"show": show})[0:100])
    assert asked == sorted(by_key, key=lambda each: (rank(each), each.subject_key))
    assert len(by_key) == shown_counts(crcs[0], study, None)[show] > 0
    monkeypatch.setattr(matrix_states, "FEW", 0)
    assert list(filtered(crcs[0], study, None, {"show": show})[0:100]) == by_key


def test_a_number_beside_a_filter_stops_after_what_it_counts_to(people, study, crcs, monkeypatch):
    monkeypatch.setattr(matrix_filters, "COUNTED_TO", 1)

    counts = shown_counts(crcs[0], study, None)

    assert counts["queries"] == counts["images"] == 2
    assert counts["all"] == len(people)


def test_who_lacks_something_is_who_has_no_chip(people, study, member):
    actor = member("rae", "investigator")
    with_images = ImagingStudyFactory(form=people[4].forms.first(), form__form_oid="FO.IMA")
    ScoreFactory(run__analysis__imaging_study=with_images, model_version__state="approved")

    for part in extensions.registered():
        found = part.lacking(actor=actor, subjects=subjects_visible_to(actor, study))
        chips = part.subject_chips(actor=actor, subjects=people)
        assert {each.pk for each in found} == {each.pk for each in people} - set(chips)
        assert len(chips) == 1
