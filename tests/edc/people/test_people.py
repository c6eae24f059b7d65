"""Accounts, roles and tokens are given by who may, and what a role allows ends with it."""

import hashlib

import pytest
from django.core.exceptions import PermissionDenied

from edc import access, selectors
from edc.design.protocol import SiteDef
from edc.errors import InvalidInput, NotNow
from edc.models import Role
from edc.services.design import publish_design
from edc.services.people import create_user, end_membership, grant_membership, issue_token, revoke_token
from tests.factories.designs import SITES, small_design, text
from tests.factories.models import PASSWORD, UserFactory

GOOD = "seventeen blue whales"


@pytest.fixture
def head(member):
    return member("root", Role.ADMINISTRATOR, study_wide=True)


@pytest.mark.requirement("N6")
def test_an_account_needs_a_free_name_and_a_strong_password(head):
    create_user(username="ada", password=GOOD, display_name="Ada", actor=head)
    for name, password, field in (
        ("ada", GOOD, "username"),
        ("eve", "12345", "password"),
        ("a b", GOOD, "username"),
    ):
        with pytest.raises(InvalidInput) as refused:
            create_user(username=name, password=password, display_name="x", actor=head)
        assert field in refused.value.fields


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.ADMINISTRATOR])
@pytest.mark.requirement("P18")
def test_only_administrators_make_accounts_and_grant_roles(member, study, site, role):
    actor = member("other", role)
    with pytest.raises(PermissionDenied):
        create_user(username="ada", password=GOOD, display_name="x", actor=actor)
    with pytest.raises(PermissionDenied):
        grant_membership(user=UserFactory(), study=study, site=site, role="crc", actor=actor)


@pytest.mark.requirement("N6")
def test_a_role_allows_until_it_ends(head, study, site, other_site):
    user = UserFactory()
    membership = grant_membership(user=user, study=study, site=site, role="crc", actor=head)
    assert access.may(user, "enter_data", site=site)
    assert not access.may(user, "enter_data", site=other_site)
    second = grant_membership(user=user, study=study, site=site, role="monitor", actor=head)
    end_membership(membership=membership, actor=head)
    assert not access.may(user, "enter_data", site=site)
    assert access.may(user, "verify_data", site=site)
    end_membership(membership=second, actor=head)
    assert not selectors.studies_visible_to(user).exists()
    again = grant_membership(user=user, study=study, site=site, role="crc", actor=head)
    assert again.pk == membership.pk
    assert access.may(user, "enter_data", site=site)


@pytest.mark.requirement("E11")
def test_nobody_grants_to_themselves_nor_an_unknown_role(head, study, site):
    with pytest.raises(NotNow):
        grant_membership(user=head, study=study, site=site, role="crc", actor=head)
    with pytest.raises(InvalidInput):
        grant_membership(user=UserFactory(), study=study, site=site, role="king", actor=head)


def test_a_study_wide_role_reaches_a_site_that_joins_later(head, study, system):
    user = UserFactory()
    grant_membership(user=user, study=study, site=None, role="monitor", actor=head)
    publish_design(design=small_design(sites=(*SITES, SiteDef("S03", "wuxi", text("Third")))), actor=system)
    assert access.may(user, "verify_data", site=study.sites.get(oid="S03"))


def test_a_token_is_shown_once_and_can_be_revoked(member, site, head):
    ada = member("ada", "crc")
    token, shown = issue_token(user=ada, name="laptop", scopes=["enter"], site=site, days=30, actor=ada)
    assert token.token_sha256 == hashlib.sha256(shown.encode()).hexdigest()
    assert shown not in str(token.__dict__)
    revoke_token(token=token, actor=head)
    token.refresh_from_db()
    assert token.revoked_at


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"scopes": ["all"]}, "scopes"),
        ({"scopes": []}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": 999}, "days"),
        ({"name": " "}, "name"),
    ],
)
def test_a_token_has_limits(member, site, changes, field):
    ada = member("ada", "crc")
    given = {"name": "t", "scopes": ["read"], "days": 5} | changes
    with pytest.raises(InvalidInput) as refused:
        issue_token(user=ada, site=site, actor=ada, **given)
    assert field in refused.value.fields


def test_a_token_is_for_oneself_and_ones_own_site(member, other_site):
    ada, eve = member("ada", "crc"), member("eve", "crc")
    with pytest.raises(PermissionDenied):
        issue_token(user=ada, name="t", scopes=["read"], site=None, days=5, actor=eve)
    with pytest.raises(InvalidInput):
        issue_token(user=ada, name="t", scopes=["read"], site=other_site, days=5, actor=ada)


def test_the_password_of_the_factories_works():
    assert UserFactory.build().check_password(PASSWORD)
