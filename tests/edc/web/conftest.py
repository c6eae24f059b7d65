"""What tests of the pages share."""

import pytest
from django.test import Client


@pytest.fixture
def english(client: Client) -> Client:
    """The test client, reading English."""
    client.cookies["django_language"] = "en"
    return client
