"""A version holds at a site from the day set for it; before it, and elsewhere, the older one does."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from edc.errors import InvalidInput, NotNow
from edc.models import AuditEvent, SiteActivation
from edc.selectors.activation import active_version, version_in_use
from edc.selectors.matrix import matrix
from edc.services.activation import apply_due, set_activation, withdraw_activation
from edc.services.design import publish_design
from edc.services.enrol import enrol_subject
from tests.factories.amendments import amended_design

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(study, system):
    return publish_design(design=amended_design(), actor=system)


@pytest.fixture
def manager(member):
    return member("meg", "data_manager", study_wide=True)


@pytest.fixture
def activate(site, later, manager):
    def at(days=0, site=site, version=later, actor=manager, approval="EC 2026-9"):
        day = timezone.localdate() + timedelta(days=days)
        return set_activation(site=site, version=version, active_from=day, approval=approval, actor=actor)

    return at


def test_a_published_version_waits_for_its_day_at_each_site(site, other_site, version, later, activate):
    assert active_version(site) == version
    activate()
    assert (active_version(site), active_version(other_site)) == (later, version)
    assert (version_in_use(site.study), version_in_use(site.study, other_site)) == (later, version)


def test_a_day_to_come_holds_from_then_on(site, version, later, activate):
    activate(days=3)
    today = timezone.localdate()
    assert active_version(site) == version
    assert active_version(site, today + timedelta(days=2)) == version
    assert active_version(site, today + timedelta(days=3)) == later


def test_who_is_enrolled_gets_the_version_of_the_site(site, other_site, version, later, activate, member):
    activate()
    here = enrol_subject(site=site, actor=member("ada", "crc"))
    there = enrol_subject(site=other_site, actor=member("bo", "crc", site=other_site))
    assert (here.design_version, there.design_version) == (later, version)


def test_forms_not_begun_are_asked_in_the_new_version_and_others_are_not(subject, version, later, activate):
    begun = subject.forms.get(form_oid="FO.DM")
    subject.forms.filter(pk=begun.pk).update(status="first_draft")
    activate()
    pinned = dict(subject.forms.values_list("event__event_oid", "design_version"))
    assert subject.forms.get(pk=begun.pk).design_version == version
    assert subject.forms.get(form_oid="FO.IC").design_version == later
    assert pinned["SE.AE"] == version.pk  # the new version has no such visit


def test_the_day_comes_by_itself(subject, site, later, activate):
    activation = activate(days=1)
    assert apply_due() == 0
    SiteActivation.objects.filter(pk=activation.pk).update(active_from=timezone.localdate())
    assert (apply_due(), apply_due()) == (1, 0)
    assert subject.forms.get(form_oid="FO.IC").design_version == later
    assert AuditEvent.objects.filter(action="activation.begun", site=site).count() == 1


def test_only_who_manages_the_design_sets_days(activate, member):
    with pytest.raises(PermissionDenied):
        activate(actor=member("ada", "crc"))


def test_a_day_in_the_past_an_empty_approval_and_the_first_version_are_refused(activate, version):
    with pytest.raises(InvalidInput) as past:
        activate(days=-1)
    with pytest.raises(InvalidInput):
        activate(approval=" ")
    with pytest.raises(NotNow):
        activate(version=version)
    assert set(past.value.fields) == {"active_from"}


def test_a_day_can_be_moved_or_taken_back_until_it_comes(activate, manager):
    assert activate(days=5).pk == activate(days=9).pk
    withdraw_activation(activation=activate(days=9), reason="Approval delayed", actor=manager)
    assert not SiteActivation.objects.exists()
    begun = activate()
    with pytest.raises(NotNow):
        activate(days=4)
    with pytest.raises(NotNow):
        withdraw_activation(activation=begun, reason="Wrong", actor=manager)


def test_the_matrix_has_the_visits_in_use_and_those_that_subjects_have(
    subject, site, other_site, activate, member
):
    activate()
    ada = member("ada", "crc")
    enrol_subject(site=site, actor=ada)
    columns = [column.event_oid for column in matrix(ada, site.study, site).columns]
    assert columns == ["SE.SCREEN", "SE.BASELINE", "SE.CYCLE", "SE.UNSCHED", "SE.AE"]
    subject.site = other_site
    subject.save()
    assert [column.event_oid for column in matrix(ada, site.study, site).columns][-1] == "SE.UNSCHED"
