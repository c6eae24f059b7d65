"""Every page that a person can reach by links: one address for each view, found by following them."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from tests.journeys.person import Person

# What is not a page of the platform's own making, or ends the walk.
LEFT_OUT = frozenset({"account_logout", "schema", "docs", "set_language", "healthz"})
# Views that have answered with a page: another address of theirs is opened without asking first what it is.
PAGES: set[str] = set()
# Links of a drawing hold no address as text, so each is read as it is written.
LINKS = """() => [...document.querySelectorAll('a[href]:not([download])')]
    .map(each => new URL(each.getAttribute('href'), document.baseURI).href)"""


def name_of(address: str) -> str | None:
    """Return the name of the view behind an address, None where there is none to walk."""
    try:
        found = resolve(urlsplit(address).path)
    except Resolver404:
        return None
    return None if found.url_name in LEFT_OUT or "api" in found.namespaces else found.url_name


def pages_of(person: Person, known: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """Yield name and address of each page while it is open, from the first page on.

    What is `known` is opened as well, but its links are followed first of all from elsewhere.
    """
    waiting, seen = ["/"], {"home"}
    while waiting:
        path = waiting.pop(0)
        if not _is_page(person, path):
            continue
        person.open(path)
        links = person.page.evaluate(LINKS)
        yield name_of(path) or path, path
        for link in links:
            name = name_of(link) if link.startswith(person.address) else None
            if name and name not in seen:
                seen.add(name)
                waiting.append(link.removeprefix(person.address).partition("#")[0])


def _is_page(person: Person, path: str) -> bool:
    name = name_of(path)
    if name in PAGES:
        return True
    answer = person.context.request.get(path)
    assert answer.ok, f"{person.username} follows a link to {path}: {answer.status}"
    found = answer.headers.get("content-type", "").startswith("text/html")
    if found and name:
        PAGES.add(name)
    return found
