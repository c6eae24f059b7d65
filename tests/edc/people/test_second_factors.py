"""A second factor: set up, asked at the log-in, guessed at in vain, required where the setting says so."""

import base64
import hashlib
import hmac
import struct
import time

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.urls import reverse

from edc.models import AuditEvent, Role, Signature, User
from edc.selectors.sessions import session_events_of
from tests.factories.entering import form_of
from tests.factories.models import PASSWORD

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def english(client):
    client.cookies["django_language"] = "en"
    cache.clear()


def code_of(key: str, step: int = 0) -> str:
    """Return the TOTP code of RFC 6238 (SHA-1, 6 digits, 30 s), written from the RFC."""
    counter = struct.pack(">Q", int(time.time()) // 30 + step)
    mac = hmac.new(base64.b32decode(key), counter, hashlib.sha1).digest()
    start = mac[-1] & 15
    number = struct.unpack(">I", mac[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def log_in(client, username="ada"):
    return client.post("/accounts/login/", {"login": username, "password": PASSWORD})


def set_up(client) -> str:
    """Set up the app for who is logged in, and return its key."""
    to = reverse("mfa_activate_totp")
    asked = client.get(to)
    client.post(asked.url, {"password": PASSWORD})
    key = client.get(to).context["form"].secret
    assert client.post(to, {"code": code_of(key)}).url == reverse("mfa_view_recovery_codes")
    cache.clear()  # so that the code of this half minute opens once more
    return key


@pytest.fixture
def key(client, member):
    """Ada's app, set up; nobody is logged in."""
    member("ada", "crc")
    log_in(client)
    key = set_up(client)
    client.post("/accounts/logout/")
    return key


def test_the_app_is_set_up_after_the_password_and_its_key_is_not_readable_in_the_database(client, key):
    app = Authenticator.objects.get(type="totp")

    assert key not in str(app.data)
    changes = AuditEvent.objects.filter(action="second_factor.added")
    assert {event.after["kind"] for event in changes} == {"totp", "recovery_codes"}


def test_the_password_alone_opens_nothing_and_a_code_opens_once(client, key):
    assert log_in(client).url == reverse("mfa_authenticate")
    assert client.get("/").url.startswith("/accounts/login/")

    code = code_of(key)
    assert client.post(reverse("mfa_authenticate"), {"code": code}).url == "/"
    ada = User.objects.get(username="ada")
    assert session_events_of(ada)[0].after["method"] == "password+totp"

    client.post("/accounts/logout/")
    log_in(client)
    again = client.post(reverse("mfa_authenticate"), {"code": code})
    assert "not right" in again.content.decode()
    assert session_events_of(ada)[0].action == "session.refused"


def test_five_wrong_codes_close_the_door_to_the_right_one_too(client, key):
    log_in(client)
    for number in range(5):
        client.post(reverse("mfa_authenticate"), {"code": f"00000{number}"})

    closed = client.post(reverse("mfa_authenticate"), {"code": code_of(key)})

    assert "15 minutes" in closed.content.decode()
    assert client.get("/").url.startswith("/accounts/login/")


def test_wrong_passwords_do_not_close_the_door_of_the_codes(client, key):
    stranger = type(client)(REMOTE_ADDR="192.0.2.66")
    for _time in range(6):
        stranger.post("/accounts/login/", {"login": "ada", "password": "wrong"})

    log_in(client)
    assert client.post(reverse("mfa_authenticate"), {"code": code_of(key)}).url == "/"


def test_a_recovery_code_opens_once(client, key):
    log_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code_of(key)})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    code = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"][0]
    codes = client.get(reverse("mfa_download_recovery_codes"))
    assert code in codes.content.decode().split()
    client.post("/accounts/logout/")

    log_in(client)
    assert client.post(reverse("mfa_authenticate"), {"code": code}).url == "/"
    client.post("/accounts/logout/")
    log_in(client)
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200


@pytest.mark.requirement("E12")
def test_a_role_that_needs_a_factor_opens_its_set_up_only(client, member, settings):
    settings.MFA_REQUIRED_ROLES = ["investigator"]
    member("ada", "investigator")
    log_in(client)

    api = client.get("/api/v1/studies/")
    assert client.get("/").url == reverse("security")
    assert (api.status_code, api.json()["code"]) == (403, "second_factor_required")

    set_up(client)
    assert client.get("/").status_code == 200
    refused = client.post(reverse("mfa_deactivate_totp"))
    assert "Your role needs a second factor" in refused.content.decode()
    assert Authenticator.objects.filter(type="totp").exists()


def test_another_role_is_offered_a_factor_and_needs_none(client, member, settings):
    settings.MFA_REQUIRED_ROLES = ["investigator"]
    member("ada", "crc")
    log_in(client)

    assert client.get("/").status_code == 200


def test_an_administrator_takes_lost_factors_away(client, key, member):
    client.force_login(member("root", Role.ADMINISTRATOR, study_wide=True))
    ada = User.objects.get(username="ada")

    client.post(reverse("person-act", args=[ada.pk, "factors"]))

    assert not Authenticator.objects.filter(user=ada).exists()
    event = AuditEvent.objects.get(action="second_factor.reset")
    assert event.before == {"kinds": ["recovery_codes", "totp"]}
    client.logout()
    assert log_in(client).url == "/"


def sign(client, form, given=""):
    fields = {"meaning": "reviewed", "content": form.content_sha256, "password": given}
    return client.post(reverse("form-sign", args=[form.pk]), fields)


@pytest.mark.requirement("P16")
def test_without_a_password_the_code_signs_and_once(client, complete, member):
    form = complete("FO.DM")
    other = form_of(form.subject, "FO.IC")
    pi = member("pi", "investigator")
    log_in(client, "pi")
    key = set_up(client)
    pi.set_unusable_password()
    pi.save()
    client.force_login(pi)

    assert sign(client, form, "").status_code == 422
    assert sign(client, form, PASSWORD).status_code == 422
    code = code_of(key)
    assert sign(client, form, code).status_code == 302
    assert sign(client, other, code).status_code == 422
    assert Signature.objects.get().signer == pi


def test_a_proof_given_again_signs_once(client, complete, member):
    form = complete("FO.DM")
    other = form_of(form.subject, "FO.IC")
    member("pi", "investigator")
    log_in(client, "pi")
    assert sign(client, form, "").status_code == 422

    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    assert sign(client, form, "").status_code == 302
    assert sign(client, other, "").status_code == 422


def test_the_page_of_ways_leads_back_to_this_platform_only(client, member):
    client.force_login(member("ada", "crc"))

    page = client.get(reverse("confirm"), {"next": "https://example.org/"})

    assert page.context["back"] == "/"
    assert [url for url, _label in page.context["ways"]] == ["/accounts/reauthenticate/?next=%2F"]
