"""Ages of queries, differences and firings are told by what PostgreSQL keeps: the same as the rows say."""

import random
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from edc import access
from edc.models import CheckFiring, Disagreement, FormInstance, Query, SubjectFindings
from edc.selectors import subject_counts
from edc.selectors.checks import firing_count, firing_counts, firings_visible_to
from edc.selectors.differences import (
    OPEN,
    difference_counts,
    differences_matching,
    differences_waiting,
    open_of_page,
)
from edc.selectors.query_list import query_ages
from edc.web.checks import STATES
from edc.web.counted_pages import CountedPaginator
from tests.factories.checks import CheckFiringFactory
from tests.factories.double_entry import DecisionFactory
from tests.factories.models import (
    DesignVersionFactory,
    DisagreementFactory,
    FormInstanceFactory,
    MembershipFactory,
    QueryFactory,
    ResolutionFactory,
    SiteFactory,
    StudyEventFactory,
    SubjectFactory,
    UserFactory,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite keeps no findings of subjects"),
]
NOW = timezone.now()
FIRED = [
    {"rule": rule, "item": item, "state": state}
    for rule in ("EC1", "", "EC9")
    for item in ("", "IT.A", "IT.B", "IT.B[1]")
    for state in ("", *STATES)
]


def world(chance: random.Random, subjects: int = 6) -> list[FormInstance]:
    """Return forms of two sites with queries, differences and firings in every state."""
    first = SiteFactory()
    sites = [first, SiteFactory(study=first.study)]
    version = DesignVersionFactory(study=first.study)
    forms = []
    for number in range(subjects):
        subject = SubjectFactory(site=sites[number % 2], design_version=version)
        event = StudyEventFactory(subject=subject)
        for repeat in range(3):
            status = chance.choice(("disagreement", "complete"))
            form = FormInstanceFactory(event=event, repeat_key=repeat + 1, status=status)
            forms.append(form)
            for _query in range(chance.randrange(3)):
                query_of(form, chance)
            if chance.random() < 0.8:
                difference_of(form, chance)
            for _firing in range(chance.randrange(3)):
                firing_of(form, chance)
    return forms


def query_of(form: FormInstance, chance: random.Random) -> None:
    made = QueryFactory(form=form, state=chance.choice(Query.State.values))
    raised = NOW - timedelta(days=chance.choice((0, 3, 4, 8, 15, 31, 60)), microseconds=chance.randrange(9))
    Query.objects.filter(pk=made.pk).update(raised_at=raised)


def difference_of(form: FormInstance, chance: random.Random) -> None:
    found = DisagreementFactory(form=form)
    for _step in range(chance.randrange(3)):
        decision = DecisionFactory(disagreement=found)
        if chance.random() < 0.6:
            DecisionFactory(disagreement=found, withdraws=decision, choice="")
    if chance.random() < 0.3:
        ResolutionFactory(disagreement=found)


def firing_of(form: FormInstance, chance: random.Random) -> None:
    how = {
        "rule_oid": chance.choice(("EC1", "EC2", "")),
        "path": chance.choice(("IT.A", "IT.B[1]", "IT.B[2]")),
    }
    severity = chance.choice(("soft", "silent"))
    if chance.random() < 0.5:
        ended = {"ended_at": NOW, "outcome": chance.choice(("changed", "unchanged"))}
        CheckFiringFactory(form=form, severity=severity, **how, **ended)
    elif not CheckFiring.objects.filter(form=form, ended_at=None, **how).exists():
        state = chance.choice(Query.State.values)
        query = QueryFactory(form=form, state=state) if severity == "soft" else None
        by = UserFactory() if chance.random() < 0.3 else None
        CheckFiringFactory(
            form=form,
            severity=severity,
            query=query,
            settled_by=by,
            settled_reason="known" if by else "",
            **how,
        )


def manager_of(forms: list[FormInstance]):
    user = UserFactory()
    MembershipFactory(user=user, study=forms[0].subject.study, site=None, role="data_manager")
    access.sync_grants(user)
    return user


def fired(actor, study, rule: str, item: str, state: str) -> int:
    """Return how many rows the page of one rule lists."""
    kept = firing_count(actor, study, rule=rule, item=item, state=state)
    rows = firings_visible_to(actor, study).filter(rule_oid=rule, path__startswith=item)
    return rows.filter(STATES.get(state, Q())).count() if kept is None else kept


def told(actor, study) -> list[object]:
    """Return every number that pages take from the findings."""
    site = study.sites.order_by("pk").first()
    found: list[object] = [firing_counts(actor, study)]
    found += [fired(actor, study, **asked) for asked in FIRED]
    for where in (None, site):
        for state in ("unsettled", *Query.UNSETTLED):
            found.append(
                [(each.site, each.ages, each.oldest) for each in query_ages(actor, study, where, state)]
            )
        for asked in ({}, {"site": site.oid}, {"site": "none"}):
            found += [difference_counts(actor, study, where, asked)]
            found += [differences_waiting(actor, study, where, asked)]
    return found


def test_what_is_kept_equals_what_the_rows_say(monkeypatch):
    chance = random.Random(4)
    forms = world(chance)
    actor, study = manager_of(forms), forms[0].subject.study
    for form in chance.sample(forms, 9):
        form.queries.update(state=chance.choice(Query.State.values))
        form.firings.filter(ended_at=None).update(ended_at=NOW, outcome="changed")
        FormInstance.objects.filter(pk=form.pk).update(status="disagreement")

    kept = told(actor, study)
    assert kept[0]
    monkeypatch.setattr(subject_counts, "are_kept", lambda: False)

    assert kept == told(actor, study)


def test_pages_of_open_differences_are_those_of_the_whole_list():
    forms = world(random.Random(2), subjects=9)
    actor, study = manager_of(forms), forms[0].subject.study
    found = differences_matching(actor, study, None, {}).filter(OPEN)
    whole = list(found)

    pages = CountedPaginator(
        found, 4, len(whole), lambda *bounds: open_of_page(found, actor, study, None, {}, bounds)
    )

    assert len(whole) > 8
    assert [each for page in pages for each in page.object_list] == whole


def test_nobody_is_told_of_another_site():
    forms = world(random.Random(5))
    site, study = forms[0].subject.site, forms[0].subject.study
    user = UserFactory()
    MembershipFactory(user=user, study=study, site=site, role="data_manager")
    access.sync_grants(user)

    assert [each.site for each in query_ages(user, study, None)] == [site]
    here = Disagreement.objects.filter(form__subject__site=site).count()
    assert difference_counts(user, study, None, {})["all"] == here
    assert sum(each.fired for each in firing_counts(user, study)) == CheckFiring.objects.filter(
        form__subject__site=site
    ).count()  # fmt: skip


def test_what_is_gathered_anew_is_what_was_kept():
    forms = world(random.Random(7), subjects=2)
    connection.check_constraints()
    kept = list(SubjectFindings.objects.order_by("pk").values())
    SubjectFindings.objects.filter(pk=forms[0].subject_id).update(differences=99)
    SubjectFindings.objects.filter(pk=forms[-1].subject_id).delete()

    call_command("recount_subjects", stdout=StringIO())

    assert list(SubjectFindings.objects.order_by("pk").values()) == kept


@pytest.mark.django_db(transaction=True)
def test_a_commit_gathers_what_a_resolution_closes():
    found = DisagreementFactory()
    subject = found.form.subject_id
    assert SubjectFindings.objects.get(pk=subject).differences_open[0][1] == found.pk

    with transaction.atomic():
        ResolutionFactory(disagreement=found)

    held = SubjectFindings.objects.get(pk=subject)
    assert (held.differences, held.differences_open) == (1, None)
