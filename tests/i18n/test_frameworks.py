"""What Django, allauth and the REST framework say themselves is Chinese too, and English where asked."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from tests.i18n.page_words import HAN

pytestmark = pytest.mark.django_db
WRONG = {"login": "nobody", "password": "wrong"}


@pytest.mark.parametrize(("language", "is_chinese"), [("zh-hans", True), ("en", False)])
def test_a_wrong_password_is_answered_in_the_language_of_the_page(language, is_chinese):
    client = Client()
    client.cookies["django_language"] = language

    form = client.post("/accounts/login/", WRONG).context["form"]

    assert bool(HAN.search(" ".join(form.non_field_errors()))) is is_chinese


@pytest.mark.parametrize(("language", "is_chinese"), [("zh-hans", True), ("zh-CN", True), ("en", False)])
def test_a_field_that_is_missing_is_named_in_the_language_asked_for(member, language, is_chinese):
    client = APIClient()
    client.force_authenticate(member("ada", "crc"))

    answer = client.post("/api/v1/uploads/", {}, headers={"accept-language": language})

    assert answer.status_code == 400
    assert bool(HAN.search(str(answer.data["errors"]["study"]))) is is_chinese


@pytest.mark.parametrize(("language", "is_chinese"), [("zh-hans", True), ("en", False)])
def test_a_weak_password_is_refused_in_the_language_of_the_page(member, language, is_chinese):
    client = Client()
    client.force_login(member("ada", "crc"), backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["django_language"] = language
    weak = {"oldpassword": "correct horse battery", "password1": "12345", "password2": "12345"}

    form = client.post("/accounts/password/change/", weak).context["form"]

    assert form.errors["password1"]
    assert all(bool(HAN.search(text)) is is_chinese for text in form.errors["password1"])
