"""Every URL, walked as every role at another site of the study, answers as reviewed in `url_answers.yaml`."""

import pytest

from tests.architecture.url_objects import World
from tests.architecture.url_walk import EVERYWHERE, ROLES, client_of, differences


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.requirement("P4")
def test_every_url_answers_a_role_of_another_site_as_reviewed(world: World, role: str) -> None:
    visitor = role + EVERYWHERE

    assert list(differences(visitor, client_of(visitor, world), world)) == []
