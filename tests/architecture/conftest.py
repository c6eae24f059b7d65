"""The objects that URLs name: made once a module, and undone after it."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.architecture.url_objects import World, make_world
from tests.architecture.url_walk import person
from tests.factories.models import UserFactory


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world(UserFactory(username="system.tests", is_system=True), person)
        transaction.set_rollback(True)
