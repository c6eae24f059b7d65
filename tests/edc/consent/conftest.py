"""People of a study's consent and a subject whose consent form is complete."""

from datetime import timedelta

import pytest
from django.utils import timezone


@pytest.fixture
def crc(crcs):
    return crcs[0]


@pytest.fixture
def manager(member):
    return member("meg", "data_manager", study_wide=True)


@pytest.fixture
def second_manager(member):
    return member("max", "data_manager", study_wide=True)


@pytest.fixture
def monitor(member):
    return member("mo", "monitor")


@pytest.fixture
def day():
    """Return a function that gives the day so many days before today."""
    return lambda ago: timezone.localdate() - timedelta(days=ago)
