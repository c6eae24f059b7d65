"""A data manager's queries wait for the monitor where the study says so."""

import pytest
from django.urls import reverse

from edc.services.design import publish_design
from tests.factories.designs import small_design

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def study(system):
    """The study's design leaves the release of a data manager's queries to the monitor."""
    return publish_design(design=small_design(settings={"query_release": "monitor"}), actor=system).study


@pytest.mark.requirement("N4")
def test_a_data_managers_query_reaches_the_site_when_the_monitor_releases_it(ask, take, client, member):
    query = ask(role="data_manager")
    page = reverse("query", args=[query.pk])
    client.force_login(member("a-crc", "crc"))
    unseen = client.get(page).status_code, client.get(reverse("queries"), {"state": ""}).context["lines"]

    assert query.state == "candidate"
    assert unseen == (404, [])
    assert take(query, "data_manager", "release") == (403, "candidate")
    assert take(query, "monitor", "release") == (302, "open")
    client.force_login(member("a-crc", "crc"))
    assert client.get(page).status_code == 200


def test_a_monitor_asks_the_site_at_once(ask):
    assert ask(role="monitor").state == "open"
