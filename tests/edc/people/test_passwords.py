"""A password is its owner's alone: what others know is changed first, and none is weak or comes back."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from edc.errors import InvalidInput, NotNow
from edc.models import ApiToken, AuditEvent, Role, User
from edc.services.password_rules import NotRecent, NotTheOwnName
from edc.services.passwords import change_password, keep_password, reset_password
from edc.services.people import create_user, issue_token
from edc.services.sign import sign_form
from tests.factories.models import PASSWORD, ApiTokenFactory, MembershipFactory, UserFactory

GOOD = "seventeen blue whales"


@pytest.fixture
def head(member):
    return member("root", Role.ADMINISTRATOR, study_wide=True)


@pytest.fixture
def newcomer(head):
    return create_user(username="ada", password=GOOD, display_name="Ada", actor=head)


def log_in(client, username: str, password: str):
    return client.post("/accounts/login/", {"login": username, "password": password})


def changes(client, old: str, new: str):
    fields = {"oldpassword": old, "password1": new, "password2": new}
    return client.post(reverse("account_change_password"), fields)


def test_a_password_that_another_knows_opens_only_its_change(client, newcomer):
    assert log_in(client, "ada", GOOD).status_code == 302

    page, api = client.get("/"), client.get("/api/v1/studies/")
    assert page.url == reverse("account_change_password")
    assert client.get("/", headers={"HX-Request": "true"})["HX-Redirect"] == page.url
    assert (api.status_code, api.json()["code"]) == (403, "password_change_required")
    assert client.get(page.url).status_code == 200

    assert changes(client, GOOD, "Another-long-phrase-7").url == "/"
    assert client.get("/").status_code == 200
    assert AuditEvent.objects.filter(action="user.password_changed", actor=newcomer).count() == 1


def test_a_reset_ends_sessions_and_tokens_and_shows_a_password_for_once(client, head, member):
    ada = member("ada", "crc")
    token = ApiTokenFactory(user=ada)
    log_in(client, "ada", PASSWORD)

    once = reset_password(user=ada, actor=head)

    assert client.get("/").url.startswith("/accounts/login/")
    assert ApiToken.objects.get(pk=token.pk).revoked_at is not None
    assert log_in(client, "ada", PASSWORD).status_code == 200
    log_in(client, "ada", once)
    assert client.get("/").url == reverse("account_change_password")
    event = AuditEvent.objects.get(action="user.password_reset")
    assert (event.actor, event.target_id, event.after) == (head, str(ada.pk), {"tokens_revoked": 1})
    assert once not in str(AuditEvent.objects.values_list("after", "before", "reason"))


def test_who_may_not_reset_a_password(head, member):
    ada = member("ada", "crc")
    elsewhere = member("eve", "crc")
    MembershipFactory(user=elsewhere)
    for actor, user, refusal in (
        (ada, elsewhere, PermissionDenied), (head, head, NotNow), (head, elsewhere, NotNow),
        (head, UserFactory(is_system=True), PermissionDenied),
    ):  # fmt: skip
        with pytest.raises(refusal):
            reset_password(user=user, actor=actor)
    assert not AuditEvent.objects.filter(action="user.password_reset").exists()


@pytest.mark.requirement("P16")
def test_nobody_signs_with_a_password_that_another_knows(complete, member):
    pi = member("pi", "investigator")
    User.objects.filter(pk=pi.pk).update(must_change_password=True)
    pi.refresh_from_db()

    with pytest.raises(NotNow, match="(?i)password|密码"):
        sign_form(form=complete("FO.DM"), actor=pi, password=PASSWORD, meaning="reviewed")


def test_only_the_system_lets_a_person_keep_a_given_password(head, newcomer, system):
    with pytest.raises(PermissionDenied):
        keep_password(user=newcomer, actor=head)
    keep_password(user=newcomer, actor=system)
    assert newcomer.must_change_password is False
    assert User.objects.get(username="ada").must_change_password is False


@pytest.mark.requirement("P17")
def test_a_password_grows_old_where_the_setting_says_so(client, member, settings):
    ada = member("ada", "crc")
    User.objects.filter(pk=ada.pk).update(password_changed_at=timezone.now() - timezone.timedelta(days=91))
    client.force_login(ada)
    assert client.get("/").status_code == 200

    settings.PASSWORD_MAX_AGE_DAYS = 90

    assert client.get("/").url == reverse("account_change_password")


@pytest.mark.parametrize(
    ("password", "is_refused"),
    [("Liwen-2026-hospital", True), ("wen.LI.study.site", True), ("my crc0015 secret", True),
     ("li wen li wen li wen", True), ("seventeen blue whales", False)],
)  # fmt: skip
def test_a_password_holds_no_name_of_its_owner(password, is_refused):
    user = User(username="crc0015", display_name="李雯")
    try:
        NotTheOwnName().validate(password, user)
    except ValidationError:
        assert is_refused
    else:
        assert not is_refused


@pytest.mark.requirement("E12")
def test_the_last_five_passwords_do_not_come_back(newcomer):
    for number in range(5):
        change_password(user=newcomer, password=f"phrase number {number} of it")
    newcomer.refresh_from_db()

    NotRecent(last=5).validate(GOOD, newcomer)  # the sixth before is free again
    for number in range(5):
        with pytest.raises(ValidationError):
            NotRecent(last=5).validate(f"phrase number {number} of it", newcomer)


@pytest.mark.parametrize("name", ["ada", "ADA", "Ada", "\uff41da"])
@pytest.mark.requirement("P15", "N11")
def test_a_user_name_is_one_persons_for_ever_in_any_case_and_width(head, newcomer, name):
    with pytest.raises(InvalidInput) as refused:
        create_user(username=name, password=GOOD, display_name="x", actor=head)
    assert list(refused.value.fields) == ["username"]


def test_an_account_that_was_given_a_password_cannot_be_deleted(newcomer):
    from django.db.models import ProtectedError

    with pytest.raises(ProtectedError):
        newcomer.delete()


def test_nobody_gets_the_token_of_another_person_but_an_uploading_programs(head, member, site):
    uploader = member("gateway", Role.UPLOADER)
    given = {"name": "t", "scopes": ["upload"], "site": site, "days": 5, "actor": head}

    with pytest.raises(PermissionDenied):
        issue_token(user=member("ada", "crc"), **given)
    token, _text = issue_token(user=uploader, **given)
    assert AuditEvent.objects.get(action="token.issued").actor == head
    assert token.user == uploader
