"""Programs as the API meets them: with a bearer token, or with a person's session."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from edc.models import FormInstance, Site, User
from edc.services.people import issue_token
from tests.factories.entering import form_of

ROOT = "/api/v1"


@pytest.fixture
def program() -> Callable[..., APIClient]:
    """Return a function that makes a client holding a fresh token of the user."""

    def make(user: User, *scopes: str, site: Site | None = None, language: str = "en") -> APIClient:
        _token, text = issue_token(
            user=user, name="test", scopes=scopes or ("read", "enter"), site=site, days=1, actor=user
        )
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}", HTTP_ACCEPT_LANGUAGE=language)
        return client

    return make


@pytest.fixture
def session() -> Callable[[User], APIClient]:
    """Return a function that makes a client logged in as the user, with CSRF enforced."""

    def make(user: User) -> APIClient:
        client = APIClient(enforce_csrf_checks=True)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        client.cookies["csrftoken"] = "a" * 32
        client.credentials(HTTP_X_CSRFTOKEN="a" * 32, HTTP_ACCEPT_LANGUAGE="en")
        return client

    return make


@pytest.fixture
def form(subject, complete) -> FormInstance:
    """The subject's demography form, to be entered twice, after consent."""
    complete("FO.IC")
    return form_of(subject, "FO.DM")
