"""Every URL, walked as every role at the right and the wrong site and as a visitor, answers as reviewed.

The reviewed answers stand in `url_answers.yaml`: URL name, method, status, who gets it. `elsewhere` is every
role at another site; `crc@elsewhere` one of them; `members` every role at the site; `crc@any` that role at
either. A method that every member is refused with 405 is left out.
"""

from collections import defaultdict
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from ruamel.yaml import YAML

from edc import access
from edc.models import Membership, Role, User
from tests.architecture.url_objects import NamedUrl, World, make_world, named_urls
from tests.factories.models import UserFactory

ANSWERS = Path(__file__).parent / "url_answers.yaml"
ROLES = [str(role) for role in Role.values]
EVERYWHERE = "@elsewhere"
# The same for everybody by its class, and long to make: asked once, as a visitor.
OPEN = {"api:schema"}
# What these answer depends on what runs beside or lies in the archive, which their own tests provide.
ELSEWHERE_TESTED = {"healthz", "segmentation-overlay"}


@pytest.fixture
def world(system) -> World:
    return make_world(system, _person)


def _person(name: str, role: str, site) -> User:
    user = User.objects.filter(username=name).first() or UserFactory(username=name)
    Membership.objects.get_or_create(user=user, study=site.study, site=site, role=role)
    access.sync_grants(user)
    return user


@pytest.fixture
def visitors(world) -> dict[str, Client]:
    """A logged-in client for each role at the right site and at the wrong one, and one that is not."""
    found = {"anonymous": Client(raise_request_exception=False)}
    for role in ROLES:
        for suffix, site in (("", world.site), (EVERYWHERE, world.elsewhere)):
            client = Client(raise_request_exception=False)
            client.force_login(_person(f"{role}{suffix}", role, site))
            found[role + suffix] = client
    return found


def test_every_url_answers_every_role_as_reviewed(world, visitors):
    reviewed = YAML(typ="safe").load(ANSWERS.read_text())
    walked = [each for each in named_urls() if each.name not in ELSEWHERE_TESTED]

    found = {each.name: answers_of(each, world, visitors) for each in walked}

    assert len(found) == len(walked), "two URLs have the same name"
    assert sorted(set(reviewed) - set(found)) == [], "these URLs are gone: take their rows away"
    different = {name: rows for name, rows in found.items() if reviewed.get(name) != rows}
    assert different == {}, f"review and put into {ANSWERS.name}:\n{as_yaml(different)}"


def test_no_answer_is_a_server_error():
    reviewed = YAML(typ="safe").load(ANSWERS.read_text())

    statuses = {int(status) for rows in reviewed.values() for row in rows.values() for status in row}

    assert max(statuses) < 500


@pytest.mark.parametrize("role", ROLES)
def test_no_role_changes_anything_at_another_site(role):
    """A write on an object of another site is 404, 403 or 405: never accepted, nor judged by its content."""
    reviewed = YAML(typ="safe").load(ANSWERS.read_text())
    on_objects = {each.name for each in named_urls() if each.parts}

    accepted = [
        (name, method, status)
        for name, rows in reviewed.items()
        for method, row in rows.items()
        for status, who in row.items()
        if name in on_objects and method != "GET" and is_among(f"{role}{EVERYWHERE}", who)
        if int(status) not in (401, 403, 404, 405) and name not in STUDY_WIDE
    ]

    assert accepted == []


# Objects of the study or of the account, not of a site: who may use them may so from any site of the study.
STUDY_WIDE = {"person-end", "model", "model-move", "account_confirm_email", "account_reset_password_from_key"}


def is_among(visitor: str, who: str) -> bool:
    role = visitor.removesuffix(EVERYWHERE)
    group = "elsewhere" if visitor.endswith(EVERYWHERE) else "members"
    return bool({visitor, group, f"{role}@any"} & set(who.split()))


def answers_of(each: NamedUrl, world: World, visitors: dict[str, Client]) -> dict[str, dict[int, str]]:
    """Return method to status to the words of who gets it."""
    url = world.url(each.name, each.parts)
    rows = {}
    for method in sorted(each.methods):
        asking = {"anonymous": visitors["anonymous"]} if each.name in OPEN else visitors
        got = {who: status_of(client, method, url) for who, client in asking.items()}
        if {status for who, status in got.items() if who != "anonymous" or len(got) == 1} != {405}:
            rows[method] = in_words(got)
    return rows


def status_of(client: Client, method: str, url: str) -> int:
    """Return the status of one request, whose changes are undone."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        answer = client.generic(method, url, b"", content_type=_content_type(url))
        if answer.streaming:
            list(answer.streaming_content)
        transaction.set_rollback(True)
    client.cookies = cookies  # logging out takes away a cookie, not only a row
    return answer.status_code


def _content_type(url: str) -> str:
    return "application/json" if url.startswith("/api/") else "application/x-www-form-urlencoded"


def in_words(got: dict[str, int]) -> dict[int, str]:
    by_status: dict[int, list[str]] = defaultdict(list)
    for who, status in got.items():
        by_status[status].append(who)
    return {status: " ".join(_grouped(by_status[status])) for status in sorted(by_status)}


def _grouped(who: list[str]) -> list[str]:
    here, there = set(ROLES), {role + EVERYWHERE for role in ROLES}
    left, words = list(who), []
    for word, everyone in (("members", here), ("elsewhere", there)):
        if everyone <= set(left):
            words.append(word)
            left = [each for each in left if each not in everyone]
    both = {role for role in ROLES if {role, role + EVERYWHERE} <= set(left)}
    left = [f"{each}@any" if each in both else each for each in left]
    return [*words, *(each for each in left if each.removesuffix(EVERYWHERE) not in both)]


def as_yaml(rows: dict[str, dict]) -> str:
    lines = []
    for name, methods in rows.items():
        lines.append(f"{name!r}:" if ":" in name else f"{name}:")
        lines += ["  {}"] if not methods else []
        for method, answers in methods.items():
            lines.append(f"  {method}:")
            lines += [f"    {status}: {who}" for status, who in answers.items()]
    return "\n".join(lines)
