"""Log-in through a directory (OpenID Connect): it finds accounts, makes none, and proves a signer again."""

import time
from urllib.parse import parse_qsl, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.urls import reverse

from config.duties import TRAINING
from edc.models import AuditEvent, Signature, User
from edc.selectors.sessions import session_events_of
from edc.services.role_gate import settle
from tests.edc.people.directory import CLIENT_ID, CLIENT_SECRET, Directory
from tests.factories.entering import form_of
from tests.factories.training import StudyDocumentFactory

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/oidc/directory/login/"


@pytest.fixture
def directory(settings, client):
    client.cookies["django_language"] = "en"
    provider = Directory()
    app = {"provider_id": "directory", "name": "Hospital", "client_id": CLIENT_ID, "secret": CLIENT_SECRET}
    app["settings"] = {"server_url": provider.url}
    settings.OIDC_SERVER_URL = provider.url
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    yield provider
    provider.stop()


@pytest.fixture
def ada(member):
    user = member("ada", "investigator")
    user.email = "Ada@Example.org"
    user.set_unusable_password()
    user.save()
    return user


KNOWN = {"sub": "d-1", "email": "ada@example.org", "email_verified": True, "preferred_username": "ada"}


def through(client, directory, claims, to=LOGIN):
    """Go to the directory and back as a browser does; the answer of the callback."""
    directory.claims = claims
    away = client.post(to)
    asked = dict(parse_qsl(urlsplit(away.url).query))
    assert away.url.startswith(f"{directory.url}/authorize")
    return client.get(directory.authorize(asked))


def test_the_login_page_offers_the_directory_where_there_is_one(client, directory):
    page = client.get("/accounts/login/").content.decode()
    assert "Log in through Hospital" in page
    assert f'action="{LOGIN}' in page


def test_a_verified_email_finds_the_account_once_and_for_all(client, directory, ada):
    assert through(client, directory, KNOWN).url == "/"
    assert client.get("/").status_code == 200
    client.post("/accounts/logout/")

    # Joined by the directory's own identifier now, whatever the e-mail becomes.
    assert through(client, directory, {"sub": "d-1", "email": "new@example.org"}).url == "/"
    assert SocialAccount.objects.get().user == ada
    assert AuditEvent.objects.filter(action="user.linked", actor=ada).count() == 1
    assert session_events_of(ada)[0].after["method"] == "socialaccount"
    assert directory.asked[0]["code_challenge_method"] == "S256"


@pytest.mark.parametrize(
    "claims",
    [KNOWN | {"email_verified": False}, KNOWN | {"email": "eve@example.org"}, {"sub": "d-1"},
     {"sub": "d-1", "preferred_username": "ada"}],
)  # fmt: skip
def test_who_has_no_account_gets_none_and_no_right(client, directory, ada, claims):
    people = User.objects.filter(is_system=False).count()

    answer = through(client, directory, claims)

    assert answer.url == "/accounts/login/"
    assert "No account here is yours" in client.get(answer.url).content.decode()
    assert client.get("/").url.startswith("/accounts/login/")
    assert User.objects.filter(is_system=False).count() == people
    assert not SocialAccount.objects.exists()
    assert AuditEvent.objects.get(action="session.refused").after["method"] == "directory"


def test_the_user_name_counts_where_the_setting_trusts_it(client, directory, ada, settings):
    settings.OIDC_MATCH = ["username"]
    assert through(client, directory, {"sub": "d-1", "preferred_username": "ada"}).url == "/"


def test_a_token_signed_with_another_key_opens_nothing(client, directory, ada):
    directory.signing_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    answer = through(client, directory, KNOWN)

    assert "did not answer as expected" in answer.content.decode()
    assert client.get("/").url.startswith("/accounts/login/")


def test_a_closed_account_stays_closed(client, directory, ada):
    User.objects.filter(pk=ada.pk).update(is_active=False)

    assert through(client, directory, KNOWN).url == reverse("account_inactive")
    assert client.get("/").url.startswith("/accounts/login/")


def sign(client, form):
    fields = {"meaning": "reviewed", "content": form.content_sha256, "password": ""}
    return client.post(reverse("form-sign", args=[form.pk]), fields)


def test_a_signer_without_a_password_is_asked_by_the_directory_again(client, directory, ada, complete):
    form = complete("FO.DM")
    through(client, directory, KNOWN | {"auth_time": int(time.time())})
    page = reverse("form-entry", args=[form.pk])
    assert sign(client, form).status_code == 422  # the log-in itself is no signature

    to = client.get(reverse("confirm"), {"next": page}).context["directory"]
    stale = through(client, directory, KNOWN | {"auth_time": int(time.time()) - 3600}, to)
    assert stale.url == page
    assert sign(client, form).status_code == 422

    assert through(client, directory, KNOWN | {"auth_time": int(time.time())}, to).url == page
    assert {"prompt": "login", "max_age": "0"}.items() <= directory.asked[-1].items()
    assert sign(client, form).status_code == 302
    assert sign(client, form_of(form.subject, "FO.IC")).status_code == 422
    assert Signature.objects.get().signer == ada


def test_a_training_is_confirmed_through_the_directory_while_every_role_waits(client, directory, ada, study):
    document = StudyDocumentFactory(study=study, roles=["investigator"])
    settle(user=ada, actor=ada)
    through(client, directory, KNOWN)
    assert client.get(reverse("subjects")).url == reverse("training")
    page = reverse("document", args=[document.pk])
    to = client.get(reverse("confirm"), {"next": page}).context["directory"]

    assert through(client, directory, KNOWN | {"auth_time": int(time.time())}, to).url == page
    assert client.post(reverse("document-confirm", args=[document.pk]), {"read": "yes"}).status_code == 302
    assert document.records.get().user == ada
    assert client.get(reverse("subjects")).status_code == 200
    assert {"account_set_password", "mfa_activate_totp", "mfa_add_webauthn"} <= TRAINING.open_to


def test_another_persons_word_confirms_nobody(client, directory, ada, complete, member):
    form = complete("FO.DM")
    eve = member("eve", "crc")
    User.objects.filter(pk=eve.pk).update(email="eve@example.org")
    through(client, directory, KNOWN)
    to = client.get(reverse("confirm")).context["directory"]

    through(
        client, directory, {**KNOWN, "sub": "d-2", "email": "eve@example.org", "auth_time": time.time()}, to
    )

    assert sign(client, form).status_code == 422
