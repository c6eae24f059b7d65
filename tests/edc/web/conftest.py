"""What tests of the pages share."""

import pytest
from django.test import Client
from django.urls import reverse

from edc.services.query import raise_query
from tests.factories.entering import form_of


@pytest.fixture
def english(client: Client) -> Client:
    """The test client, reading English."""
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def ask(complete, member, subject):
    """Return a function that raises a query on an item, as the monitor unless told otherwise."""
    complete("FO.DM")

    def make(path="IT.DM.AGE", role="monitor", **words):
        words = words or {"text": "Is this right?"}
        return raise_query(
            form=form_of(subject, "FO.DM"), path=path, actor=member(f"a-{role}", role), **words
        )

    return make


@pytest.fixture
def take(client, member):
    """Return a function that takes a turn as a role and returns the status and the query's state."""

    def act(query, role, turn, **posted):
        client.force_login(member(f"a-{role}", role))
        response = client.post(reverse("query-turn", args=[query.pk]), {"turn": turn, **posted})
        query.refresh_from_db()
        return response.status_code, query.state

    return act
