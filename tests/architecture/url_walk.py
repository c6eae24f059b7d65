"""A visitor asks every URL with every method; the reviewed table says what each must get."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.db import transaction
from django.test import Client
from ruamel.yaml import YAML

from edc import access
from edc.models import Membership, Role, Site, User
from tests.architecture import markers
from tests.architecture.url_objects import NamedUrl, World, named_urls
from tests.factories.models import UserFactory
from tests.factories.training import accept_where_signing

ANSWERS = Path(__file__).parent / "url_answers.yaml"
ROLES = [str(role) for role in Role.values]
EVERYWHERE = "@elsewhere"
ANONYMOUS = "anonymous"
VISITORS = [ANONYMOUS, *ROLES, *(role + EVERYWHERE for role in ROLES)]
# The same for everybody by its class, and long to make: asked once, as a visitor.
OPEN = {"api:schema"}
# What it answers depends on what runs beside, which its own tests provide.
ELSEWHERE_TESTED = {"healthz"}

Table = dict[str, dict[str, dict[int, str]]]


@cache
def reviewed() -> Table:
    """Return URL name to method to status to the words of who gets it."""
    return YAML(typ="safe").load(ANSWERS.read_text())


@cache
def walked() -> list[NamedUrl]:
    return [each for each in named_urls() if each.name not in ELSEWHERE_TESTED]


def is_among(visitor: str, who: str) -> bool:
    role = visitor.removesuffix(EVERYWHERE)
    group = "elsewhere" if visitor.endswith(EVERYWHERE) else "members"
    named = {visitor} if visitor == ANONYMOUS else {visitor, group, f"{role}@any"}
    return bool(named & set(who.split()))


def stated(name: str, method: str, visitor: str) -> list[int]:
    """Return the statuses that the table states; a method without a row is refused to members with 405."""
    row = reviewed().get(name, {}).get(method)
    if row is None:
        return [] if visitor == ANONYMOUS else [405]
    return [int(status) for status, who in row.items() if is_among(visitor, who)]


def is_asked(name: str, method: str, visitor: str) -> bool:
    """Tell whether the visitor's answer is reviewed; a visitor may get anything where no member gets in."""
    if visitor == ANONYMOUS:
        return method in reviewed().get(name, {})
    return name not in OPEN


def differences(visitor: str, client: Client, world: World) -> Iterator[str]:
    """Yield every answer that is not as reviewed, as a line to be reviewed."""
    for each in walked():
        url = world.url(each.name, each.parts)
        for method in sorted(each.methods):
            if is_asked(each.name, method, visitor):
                status, body = answer_of(client, method, url)
                if [status] != stated(each.name, method, visitor):
                    yield f"{each.name} {method}: {visitor} gets {status}"
                for word in sorted(leaks(body, hidden_from(visitor))):
                    yield f"{each.name} {method}: {visitor} reads {word}"


def answer_of(client: Client, method: str, url: str) -> tuple[int, bytes]:
    """Return status and body of one request, whose changes are undone."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        answer = client.generic(method, url, b"", content_type=_content_type(url))
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    client.cookies = cookies  # logging out takes away a cookie, not only a row
    return answer.status_code, body


def hidden_from(visitor: str) -> tuple[str, ...]:
    """Return how the words begin that the visitor must never read."""
    outside = visitor == ANONYMOUS or visitor.endswith(EVERYWHERE)
    return (markers.SEALED, markers.OF_THE_SITE) if outside else (markers.SEALED,)


def leaks(body: bytes, begins: tuple[str, ...]) -> set[str]:
    """Return the planted words in an answer that begin so."""
    return {
        word.decode()
        for word in re.findall(rb"ZZ(?:SITE|SEALED)-[A-Z]+", body)
        if word.decode().startswith(begins)
    }


def _content_type(url: str) -> str:
    return "application/json" if url.startswith("/api/") else "application/x-www-form-urlencoded"


def client_of(visitor: str, world: World) -> Client:
    """Return a client logged in as the role at the right or the wrong site, or one that is not."""
    client = Client(raise_request_exception=False)
    if visitor != ANONYMOUS:
        site = world.elsewhere if visitor.endswith(EVERYWHERE) else world.site
        client.force_login(person(visitor, visitor.removesuffix(EVERYWHERE), site))
    return client


def person(name: str, role: str, site: Site) -> User:
    user = User.objects.filter(username=name).first() or UserFactory(username=name)
    Membership.objects.get_or_create(user=user, study=site.study, site=site, role=role)
    access.sync_grants(user)
    accept_where_signing(user, role)
    return user
