"""Pages speak one language: no Chinese on an English page, no message left in English on a Chinese one."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from edc.models import Role, User
from edc.services.query import raise_query
from scripts.check_messages import CATALOGUE, ROOT, read
from tests.i18n.page_words import HAN, words_of_page

LINK = re.compile(r"""(?:href|hx-get)=["']([^"'#]+)""")
# The list of standard texts holds each text in both languages, with its code.
LEFT_OUT = frozenset({"schema", "docs", "account_logout", "set_language", "query-texts"})
OWN_NAME = "中文"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%%")


@pytest.fixture
def walked(member, study, complete, enter, subject) -> Callable[[str, str], Iterator[tuple[str, list[str]]]]:
    """Return a function that yields path and words of each page a role reaches by links, in a language.

    There is a subject with a complete form, one between its passes, one that differs, and a query.
    """
    complete("FO.DM")
    form = complete("FO.ENR")
    enter(subject.forms.filter(form_oid="FO.LBC").first(), 1)
    differing = subject.forms.filter(form_oid="FO.LBC")[1]
    enter(differing, 1)
    enter(differing, 2, ALB="4.1")
    raise_query(
        form=form, path="", text="Is this the day of consent?", actor=member("mona", Role.DATA_MANAGER)
    )

    def walk(role: str, language: str) -> Iterator[tuple[str, list[str]]]:
        user = member("walker", role)
        return pages_of(logged_in(user, language))

    return walk


def logged_in(user: User, language: str) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["django_language"] = language
    return client


def pages_of(client: Client) -> Iterator[tuple[str, list[str]]]:
    """Open one page of each view, following links from the first page on."""
    waiting, seen = ["/"], {"home"}
    while waiting:
        path = waiting.pop(0)
        answer = client.get(path)
        if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
            continue
        html = answer.content.decode()
        yield path, words_of_page(html)
        for link in LINK.findall(html):
            name = view_name(link)
            if name and name not in seen:
                seen.add(name)
                waiting.append(link.replace("&amp;", "&"))


def view_name(link: str) -> str | None:
    try:
        found = resolve(urlsplit(link).path)
    except Resolver404:
        return None
    return None if found.url_name in LEFT_OUT or "api" in found.namespaces else found.url_name


def english_only() -> list[re.Pattern[str]]:
    """Return what an untranslated message looks like on a page; one that is the same in both is none."""
    found = []
    for message in read(ROOT / CATALOGUE):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        shown = message.string if isinstance(message.string, str) else message.string[0]
        for each in ids:
            literal = PLACEHOLDER.sub("", each)
            if re.search(r"[A-Za-z]{2,}", literal) and each != shown and not each.isupper():
                found.append(_shape(each))
    return found


def _shape(message: str) -> re.Pattern[str]:
    """Return the shape of a message on a page: a number for %d, one sign for %%, any text for the rest."""
    shapes = {"%%": "%"}
    filled = [
        shapes.get(each, r"[\d.,]+" if each.endswith("d") else ".+") for each in PLACEHOLDER.findall(message)
    ]
    literal = [re.escape(part) for part in PLACEHOLDER.split(message)]
    return re.compile("".join(text for pair in zip(literal, [*filled, ""], strict=True) for text in pair))


ROLES = (Role.CRC, Role.DATA_MANAGER, Role.MONITOR, Role.INVESTIGATOR, Role.AUDITOR, Role.ADMINISTRATOR)


@pytest.mark.parametrize("role", ROLES)
def test_an_english_page_holds_no_chinese(walked, role):
    pages = list(walked(role, "en"))

    left = {path: [text for text in words if HAN.search(text.replace(OWN_NAME, ""))] for path, words in pages}
    assert len(pages) > 3
    assert {path: texts for path, texts in left.items() if texts} == {}


@pytest.mark.parametrize("role", ROLES)
def test_a_chinese_page_leaves_no_message_in_english(walked, role):
    pages = list(walked(role, "zh-hans"))
    patterns = english_only()

    left = {
        path: [text for text in words if any(each.fullmatch(text) for each in patterns)]
        for path, words in pages
    }
    assert len(pages) > 3
    assert {path: texts for path, texts in left.items() if texts} == {}
