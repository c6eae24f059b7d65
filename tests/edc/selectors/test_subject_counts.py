"""Pages of a whole study add what PostgreSQL keeps for each subject: the same numbers as counting forms."""

import random
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from edc import access
from edc.models import (
    Departure,
    EligibilityAssessment,
    FormInstance,
    Query,
    Signature,
    StudyEvent,
    Subject,
    SubjectCounts,
    SubjectStanding,
    User,
)
from edc.selectors import owed_by, subject_counts, subjects_visible_to
from edc.selectors.flow import OTHER, failed_by, failure_counts, flow_counts, stages, with_facts
from edc.selectors.form_list import MORE_SHOWN, count_shown, form_counts, forms_matching
from edc.selectors.lock_checks import lock_counts_of_sites
from edc.selectors.matrix_filters import SHOWN, filtered, shown_counts
from edc.selectors.progress import progress_of, query_numbers
from edc.selectors.query_list import state_counts
from edc.selectors.verification import SHOWS, debts, due_of_page, due_visible_to
from edc.web.counted_pages import CountedPaginator
from tests.factories.conduct import DepartureFactory
from tests.factories.models import (
    DesignVersionFactory,
    DraftFactory,
    EligibilityAssessmentFactory,
    FormInstanceFactory,
    MembershipFactory,
    QueryFactory,
    SignatureFactory,
    SiteFactory,
    StudyEventFactory,
    SubjectFactory,
    UserFactory,
)
from tests.factories.quality import FormVerificationDueFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite keeps no counts of subjects"),
]
TODAY = timezone.localdate()


def world(chance: random.Random, subjects: int = 6) -> list[FormInstance]:
    """Return forms of two sites in every state, with their drafts, queries, signatures and debts."""
    first = SiteFactory()
    sites = [first, SiteFactory(study=first.study)]
    version = DesignVersionFactory(study=first.study)
    forms = []
    for number in range(subjects):
        subject = SubjectFactory(
            site=sites[number % 2], design_version=version, status=chance.choice(Subject.Status.values),
            status_reason=chance.choice(("", "Too young")),
        )  # fmt: skip
        for _visit in range(3):
            forms += visit(subject, chance)
        screened(subject, chance)
    return forms


def screened(subject: Subject, chance: random.Random) -> None:
    for verdict in chance.sample(EligibilityAssessment.Verdict.values, chance.randrange(3)):
        criteria = [{"oid": oid, "passes": chance.choice((True, False, None))} for oid in ("I1", "I2")]
        EligibilityAssessmentFactory(subject=subject, verdict=verdict, criteria=criteria)
    for taken_back_at in chance.sample((None, timezone.now()), chance.randrange(3)):
        DepartureFactory(
            subject=subject, taken_back_at=taken_back_at, how=chance.choice(Departure.How.values),
            status_before=chance.choice(("screening", "enrolled")),
        )  # fmt: skip


def visit(subject: Subject, chance: random.Random) -> list[FormInstance]:
    day = chance.choice((None, TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=1)))
    event = StudyEventFactory(
        subject=subject, planned_date=day, status=chance.choice(StudyEvent.Status.values),
        window_start=day and chance.choice((None, day - timedelta(days=1), day + timedelta(days=1))),
        entry_due=day and chance.choice((None, day - timedelta(days=1), day, day + timedelta(days=2))),
    )  # fmt: skip
    return [form_of(event, number + 1, chance) for number in range(3)]


def form_of(event: StudyEvent, number: int, chance: random.Random) -> FormInstance:
    form = FormInstanceFactory(
        event=event, repeat_key=number, mandatory=chance.random() < 0.8,
        status=chance.choice(FormInstance.Status.values),
    )  # fmt: skip
    if chance.random() < 0.3:
        DraftFactory(form=form)
    for _query in range(chance.randrange(3)):
        QueryFactory(form=form, state=chance.choice(Query.State.values))
    if chance.random() < 0.5:
        SignatureFactory(form=form, broken_at=chance.choice((None, timezone.now())))
    if chance.random() < 0.7:
        numbers = ("required", "verified", "left", "critical_left", "transferred", "broken")
        FormVerificationDueFactory(form=form, **{name: chance.randrange(2) for name in numbers})
    return form


def person_of(forms: list[FormInstance]) -> User:
    user = UserFactory()
    MembershipFactory(user=user, study=forms[0].subject.study, site=None, role="data_manager")
    access.sync_grants(user)
    return user


def told(actor, study) -> list[object]:
    """Return every number that pages of the whole study take from the counts."""
    site = study.sites.order_by("pk").first()
    found: list[object] = [progress_of(actor, study, None), progress_of(actor, study, site)]
    found += [query_numbers(actor, study, None), {k: dict(v) for k, v in without_zeros(study).items()}]
    for asked in ({}, {"site": site.oid}, {"q": "0"}):
        counts = form_counts(actor, study, None, asked)
        shows = ("", "to-verify", "to-sign", "final")
        found += [[count_shown(counts, show) for show in shows], debts(actor, study, None, asked)]
        found.append(state_counts(actor, study, None, asked))
    return found


def standing_of(actor, study) -> list[object]:
    """Return every number and order that pages take from where each subject stands."""
    subjects = subjects_visible_to(actor, study)
    found: list[object] = [
        flow_counts(subjects, study),
        failure_counts(subjects),
        shown_counts(actor, study, None),
    ]
    found += [sorted(each.pk for each in failed_by(subjects, name)) for name in ("I1", "I2", OTHER)]
    for stage in stages(study).values():
        found.append(sorted(each.pk for each in with_facts(subjects).filter(stage)))
    asks = [{"sort": "next"}, {}, {"sort": "-created"}, {"sort": "-key", "q": "1"}, {"status": "enrolled"}]
    for asked in asks + [{"show": show, "sort": "next"} for show in SHOWN]:
        found.append([each.pk for each in filtered(actor, study, None, asked)[0:50]])
    return [*found, [work.url for work in owed_by(actor, study)]]


def without_zeros(study) -> dict:
    counts = lock_counts_of_sites(study)
    return {key: {site: n for site, n in each.items() if n} for key, each in counts.items()}


def test_what_is_kept_equals_what_is_counted(monkeypatch):
    chance = random.Random(1)
    forms = world(chance)
    actor, study = person_of(forms), forms[0].subject.study
    for form in chance.sample(forms, 20):
        FormInstance.objects.filter(pk=form.pk).update(status=chance.choice(FormInstance.Status.values))
        form.queries.update(state=chance.choice(Query.State.values))
        Signature.objects.filter(form=form).update(broken_at=timezone.now())
        form.drafts.all().delete()
    Subject.objects.filter(pk=forms[0].subject_id).update(status=Subject.Status.WITHDRAWN)
    StudyEvent.objects.filter(pk=forms[-1].event_id).update(status="planned", planned_date=TODAY)

    EligibilityAssessment.objects.filter(subject=forms[4].subject_id).delete()
    Departure.objects.filter(subject=forms[-1].subject_id).update(taken_back_at=timezone.now())
    StudyEvent.objects.filter(pk=forms[3].event_id).update(entry_due=TODAY - timedelta(days=2))
    Subject.objects.filter(pk=forms[-1].subject_id).update(status_reason="")

    kept, standing = told(actor, study), standing_of(actor, study)
    shown = {show: count_shown(form_counts(actor, study, None, {}), show) for show in MORE_SHOWN}
    monkeypatch.setattr(subject_counts, "are_kept", lambda: False)

    assert kept == told(actor, study)
    assert standing == standing_of(actor, study)
    assert shown == {show: forms_matching(actor, study, None, {"show": show}).count() for show in shown}
    assert SubjectCounts.objects.count() == len({form.subject_id for form in forms})


def test_what_is_counted_anew_is_what_was_kept():
    forms = world(random.Random(7), subjects=2)
    connection.check_constraints()
    kept = [list(model.objects.order_by("pk").values()) for model in (SubjectCounts, SubjectStanding)]
    SubjectCounts.objects.filter(pk=forms[0].subject_id).update(complete=99)
    SubjectStanding.objects.filter(pk=forms[0].subject_id).update(verdict="x")
    for model in (SubjectCounts, SubjectStanding):
        model.objects.filter(pk=forms[-1].subject_id).delete()

    call_command("recount_subjects", stdout=StringIO())

    assert [list(model.objects.order_by("pk").values()) for model in (SubjectCounts, SubjectStanding)] == kept


@pytest.mark.django_db(transaction=True)
def test_a_commit_counts_and_a_rollback_does_not():
    form = FormInstanceFactory()
    with transaction.atomic():
        FormInstance.objects.update(status="complete")
        transaction.set_rollback(True)
    held = SubjectCounts.objects.get(pk=form.subject_id)
    assert (held.to_do, held.complete) == (1, 0)

    with transaction.atomic():
        FormInstance.objects.update(status="complete")
        FormInstance.objects.update(status="verified")
    held.refresh_from_db()

    assert (held.to_do, held.complete, held.verified) == (0, 0, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM edc_subjectmark")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("many", [1, 10_000])
def test_pages_by_subject_are_those_of_the_whole_list(many, monkeypatch):
    monkeypatch.setattr("edc.web.counted_pages.MANY", many)
    forms = world(random.Random(3), subjects=9)
    actor, study = person_of(forms), forms[0].subject.study
    for sort in ("subject", "oldest", "critical"):
        asked = {"sort": sort, "show": "all"}
        found = due_visible_to(actor, study, None, asked).filter(SHOWS["all"])
        whole = list(found)

        def narrow(*bounds, found=found, asked=asked):
            return due_of_page(found, actor, study, None, asked, bounds)

        pages = CountedPaginator(found, 4, len(whole), narrow)

        assert len(whole) > 8
        assert [row for page in pages for row in page.object_list] == whole
