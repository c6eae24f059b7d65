"""Words planted at one site, in a sealed pass, a draft and a read come out for nobody who may not know them.

The walk of every URL looks for them in each answer (`url_walk.differences`). Here the addresses are asked
with the queries, filters and objects that would lead to them: searches, lists, exports, audit, an item panel.
"""

import re
from collections.abc import Iterator

import pytest
from django.urls import reverse

from tests.architecture.url_objects import World
from tests.architecture.url_walk import EVERYWHERE, ROLES, answer_of, client_of, hidden_from, leaks, walked
from tests.factories.models import UserFactory

pytestmark = pytest.mark.django_db
VISITORS = [*ROLES, *(role + EVERYWHERE for role in ROLES)]


def addresses(world: World) -> Iterator[str]:
    """Yield the addresses that lead to what is planted, as nobody links to them."""
    planted = world.planted
    for form in (planted.sealed, planted.drafted):
        for each in walked():
            if each.parts == ("pk",) and "GET" in each.methods and re.match(r"(api:)?form-?", each.name):
                yield reverse(each.name, args=[form.pk])
        for tab in ("guide", "queries", "history", "correct"):
            yield f"{reverse('form-panel', args=[form.pk])}?path={planted.path_of(form)}&tab={tab}"
    complete = reverse("form-panel", args=[planted.complete.pk])
    for tab in ("guide", "queries", "history", "correct"):
        yield f"{complete}?path={planted.value_path}&tab={tab}"
    yield from (
        f"{reverse(each.name)}?{query}" for each in walked() if lists(each) for query in queries(world)
    )


def lists(url: object) -> bool:
    """Tell whether an address without objects answers with rows that can be narrowed."""
    words = (
        "subjects",
        "queries",
        "audit",
        "forms",
        "search",
        "disagreements",
        "reads",
        "export",
        "chain",
        "matrix",
    )
    return not url.parts and any(word in url.name for word in words)


def queries(world: World) -> Iterator[str]:
    """Yield one query string that singles out the rows by every filter name, and one that takes all rows."""
    key = "ZZ%53ITE-KEY"  # ZZSITE-KEY, so written that an echo of the address is no finding
    yield "&".join(f"{name}={key}" for name in ("q", "subject", "subject_key"))
    yield f"site={world.site.oid}&page_size=200&sort=oldest&state=open"
    yield f"target=edc.forminstance&target_id={world.planted.sealed.pk}"


@pytest.mark.parametrize("visitor", VISITORS)
@pytest.mark.requirement("I13")
def test_no_query_filter_or_object_leads_to_what_is_hidden(world: World, visitor: str) -> None:
    client = client_of(visitor, world)
    found = []
    for address in addresses(world):
        status, body = answer_of(client, "GET", address)
        asked = {"ZZSITE-KEY"} if "ZZ%53ITE" in address else set()
        found += [
            f"{address} ({status}): {word}" for word in leaks(body, hidden_from(visitor)) if word not in asked
        ]
        assert status < 500, address

    assert found == []


def test_the_words_are_found_where_they_may_be(world: World) -> None:
    """The probe itself: who may read the site's data does find its words, so that silence means something."""
    client = client_of("monitor", world)
    panel = reverse("form-panel", args=[world.planted.complete.pk])
    panel = f"{panel}?path={world.planted.value_path}&tab=history"
    pages = [reverse("subjects"), reverse("queries"), reverse("audit"), panel]

    words = {
        word for page in pages for word in leaks(answer_of(client, "GET", page)[1], hidden_from("anonymous"))
    }

    assert {"ZZSITE-KEY", "ZZSITE-QUERY", "ZZSITE-BEFORE", "ZZSITE-REASON"} <= words


def test_who_wrote_a_sealed_pass_still_reads_it(world: World) -> None:
    client = client_of("crc", world)
    client.force_login(world.planted.author)

    body = answer_of(client, "GET", reverse("form-entry", args=[world.planted.sealed.pk]))[1]

    assert leaks(body, ("ZZSEALED",)) == {"ZZSEALED-PASS"}


def test_an_account_without_any_role_finds_nothing(world: World) -> None:
    client = client_of("anonymous", world)
    client.force_login(UserFactory(username="nobody"))

    found = {
        word for url in addresses(world) for word in leaks(answer_of(client, "GET", url)[1], ("ZZSEALED",))
    }

    assert found == set()
