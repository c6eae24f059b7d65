"""Short ways through the HTTP door of form entry."""

import json
from collections.abc import Mapping

from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from edc.models import FormInstance, User


def browser(user: User, language: str = "en") -> Client:
    """Return a logged-in client that reads in a language."""
    client = Client(headers={"Accept": "application/json, application/problem+json"})
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    client.force_login(user)
    return client


def get(client: Client, form: FormInstance) -> HttpResponse:
    return client.get(reverse("form-entry", args=[form.pk]))


def post(client: Client, name: str, form: FormInstance, **body: object) -> HttpResponse:
    return client.post(reverse(name, args=[form.pk]), json.dumps(body), content_type="application/json")


def save(
    client: Client, form: FormInstance, path: str, entry: Mapping[str, object], version: int = 0
) -> HttpResponse:
    return post(client, "form-items", form, path=path, version=version, **entry)
