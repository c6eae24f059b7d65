"""The role table as people feel it: what each role opens, where, and what no role and nobody has."""

import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from django.core.exceptions import PermissionDenied
from guardian.shortcuts import assign_perm

from edc import access
from edc.models import ApiToken, Membership, Role, Site, Study
from tests.factories.models import StudyFactory, UserFactory

SITE_RIGHTS = {name for grants in access.SITE_GRANTS.values() for name in grants}
STUDY_RIGHTS = {name for grants in access.STUDY_GRANTS.values() for name in grants}
# What the product forbids a role for ever, whatever the table comes to say.
NEVER = {
    Role.MONITOR: {"enter_data", "resolve_disagreement", "sign_form"},
    Role.AUDITOR: {"view_data", "enter_data", "view_scores", "read_images"},
    Role.RADIOLOGIST: {"view_data", "view_scores", "view_subjects", "run_models"},
    Role.UPLOADER: {"view_subjects", "view_data", "view_images", "view_study_data"},
    Role.DATA_SCIENTIST: {"view_subjects", "view_data", "approve_models"},
    Role.ADMINISTRATOR: SITE_RIGHTS | {"view_study_data", "view_audit"},
    Role.CRC: {"resolve_disagreement", "raise_query", "view_audit", "sign_form"},
    Role.DATA_MANAGER: {"enter_data", "verify_data", "sign_form"},
}


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.requirement("P7")
def test_a_role_opens_what_the_table_says_at_its_site_and_nowhere_else(member, site, other_site, study, role):
    actor = member("actor", role)
    held = {name for name in SITE_RIGHTS if access.may(actor, name, site=site)}
    assert held == access.SITE_GRANTS[role]
    assert not any(access.may(actor, name, site=other_site) for name in SITE_RIGHTS)
    on_study = {name for name in STUDY_RIGHTS if access.may(actor, name, study=study)}
    assert on_study == access.STUDY_GRANTS[role]


@pytest.mark.parametrize(("role", "names"), NEVER.items())
@pytest.mark.requirement("E11")
def test_a_role_never_gets_what_the_product_forbids_it(role, names):
    assert not names & (access.SITE_GRANTS[role] | access.STUDY_GRANTS[role])


def test_every_role_and_scope_is_in_the_tables():
    assert set(access.SITE_GRANTS) == set(access.STUDY_GRANTS) == set(Role.values)
    assert set(access.SCOPE_GRANTS) == set(ApiToken.Scope.values)


def test_every_right_of_the_tables_is_a_permission_of_its_model(db):
    assert set(Permission.objects.filter(content_type__model="site").values_list("codename", flat=True)) >= (
        SITE_RIGHTS
    )
    assert set(Permission.objects.filter(content_type__model="study").values_list("codename", flat=True)) >= (
        STUDY_RIGHTS
    )


def test_a_study_wide_role_counts_at_every_site_of_that_study(member, site, other_site):
    actor = member("mona", "monitor", study_wide=True)
    assert set(access.sites_for(actor, "verify_data")) == {site, other_site}


@pytest.mark.parametrize("actor", [None, AnonymousUser()])
@pytest.mark.requirement("P4")
def test_nobody_has_no_right(actor, site, study):
    assert not access.sites_for(actor, *SITE_RIGHTS).exists()
    assert not access.studies_for(actor, *STUDY_RIGHTS).exists()
    with pytest.raises(PermissionDenied):
        access.require(actor, "view_data", site=site)
    with pytest.raises(PermissionDenied):
        access.require(actor, "view_study_data", study=study)


def test_a_question_without_a_place_is_answered_no(member):
    assert not access.may(member("ada", "crc"), "enter_data")


@pytest.mark.requirement("E11")
def test_a_superuser_and_a_global_grant_count_for_nothing(site, study):
    boss = UserFactory(is_superuser=True, is_staff=True)
    assign_perm("edc.view_data", boss)
    assert not access.may(boss, "view_data", site=site)
    assert not access.may(boss, "view_study_data", study=study)


def test_an_account_that_was_closed_has_no_right(member, site):
    actor = member("ada", "crc")
    actor.is_active = False
    assert not access.may(actor, "enter_data", site=site)


def test_ending_one_of_two_roles_leaves_exactly_the_other(member, site):
    actor = member("ada", "crc")
    member("ada", "monitor")
    Membership.objects.filter(user=actor, role="crc").update(active=False)
    access.sync_grants(actor)
    held = {name for name in SITE_RIGHTS if access.may(actor, name, site=site)}
    assert held == access.SITE_GRANTS[Role.MONITOR]
    assert access.roles_at(actor, study=site.study, site=site) == ["monitor"]


def test_a_grant_given_around_the_memberships_does_not_survive(member, site):
    actor = member("ada", "crc")
    assign_perm("sign_form", actor, site)
    access.sync_grants(actor)
    assert not access.may(actor, "sign_form", site=site)


@pytest.mark.parametrize("scope", ApiToken.Scope.values)
def test_a_token_narrows_every_role_to_its_scope(member, site, study, scope):
    for role in Role.values:
        actor = member(f"a-{role}", role)
        actor.api_token = ApiToken(user=actor, scopes=[scope])
        held = {name for name in SITE_RIGHTS if access.may(actor, name, site=site)}
        assert held == access.SITE_GRANTS[role] & access.SCOPE_GRANTS[scope]
        on_study = {name for name in STUDY_RIGHTS if access.may(actor, name, study=study)}
        assert on_study == access.STUDY_GRANTS[role] & access.SCOPE_GRANTS[scope]


def test_a_token_without_scope_opens_nothing(member, site):
    actor = member("ada", "crc")
    actor.api_token = ApiToken(user=actor, scopes=[])
    assert not any(access.may(actor, name, site=site) for name in SITE_RIGHTS)


def test_a_site_token_shuts_the_other_sites_and_study_wide_rights(member, site, other_site, study):
    actor = member("dm", "data_manager", study_wide=True)
    actor.api_token = ApiToken(user=actor, scopes=["read"], site=site)
    assert list(access.sites_for(actor, "view_data")) == [site]
    assert access.may(actor, "view_study_data", study=study)
    assert not access.may(actor, "view_audit", study=study)


def test_a_system_user_may_do_what_its_table_says_everywhere(system, site):
    assert set(access.sites_for(system, "view_data")) == set(Site.objects.all())
    assert set(access.studies_for(system, "manage_people")) == set(Study.objects.all())
    for name in SITE_RIGHTS - access.SYSTEM_GRANTS:
        assert not access.may(system, name, site=site), name


@pytest.mark.parametrize("role", ["crc", "auditor", "data_scientist", "administrator"])
def test_what_is_held_in_a_study_is_what_its_sites_and_the_study_give(member, site, role):
    actor = member("ada", role)
    asked = {name for name in SITE_RIGHTS if access.may(actor, name, site=site)}
    asked |= {name for name in STUDY_RIGHTS if access.may(actor, name, study=site.study)}

    assert asked
    assert access.held_in(actor, site.study) == asked
    assert access.held_in(actor, StudyFactory()) == frozenset()
    assert access.held_in(None, site.study) == frozenset()


def test_a_token_of_a_site_holds_nothing_study_wide_but_the_study(member, site):
    actor = member("meg", "data_manager")
    actor.api_token = ApiToken(scopes=["read"], site=site)

    assert access.held_in(actor, site.study) == {
        "view_subjects",
        "view_data",
        "export_data",
        "view_study_data",
    }
