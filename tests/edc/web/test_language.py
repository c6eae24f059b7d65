"""Pages speak Chinese until a person switches; programs say what they want."""

import pytest
from django.test import Client


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cookie", "wanted"), [("", "zh-hans"), ("en", "en"), ("zh-hans", "zh-hans"), ("fr", "zh-hans")]
)
def test_a_page_follows_the_switch_and_not_the_browser(cookie, wanted):
    client = Client(headers={"Accept-Language": "en-GB,en;q=0.9"})
    if cookie:
        client.cookies["django_language"] = cookie

    answer = client.get("/accounts/login/")

    assert f'lang="{wanted}"' in answer.content.decode().lower()


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["en", "zh-hans"])
def test_a_program_is_answered_in_the_language_it_asks_for(header):
    answer = Client(headers={"Accept-Language": header}).get("/api/v1/subjects/")

    assert answer.status_code == 401
    assert answer.headers["Content-Language"] == header
