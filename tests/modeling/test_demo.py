"""The demonstration's parts that a start relies on."""

import json
import stat

import numpy as np
import pytest

from edc.models import Membership, User
from modeling.demo.cohort import SUBJECTS
from modeling.demo.images import seed_point
from modeling.demo.people import CREDENTIALS, PEOPLE, make_people
from modeling.synthetic import make_case


@pytest.mark.parametrize("person", [each for each in SUBJECTS if each.analysed], ids=lambda each: each.seed)
def test_the_point_of_an_analysed_subject_lies_in_living_tumour(person):
    case = make_case(person.seed)
    phase = case.phases["AP"]

    place = (np.array(seed_point(case)[::-1]) - phase.origin) / phase.spacing
    z, y, x = np.rint(place).astype(int)

    assert case.lesion[z, y, x]
    assert phase.volume[z, y, x] > 70


def test_images_lie_within_the_fourteen_days_that_the_study_asks_for():
    assert all(0 <= person.ct_days_before <= 14 for person in SUBJECTS)


@pytest.mark.django_db
def test_people_are_made_once_with_private_passwords_that_open_their_accounts(
    study, site, settings, tmp_path
):
    settings.VAR_DIR = tmp_path
    for _ in range(2):
        make_people(home=site, studies=[study])

    path = tmp_path / CREDENTIALS
    rows = json.loads(path.read_text())["users"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [row["username"] for row in rows] == [person.username for person in PEOPLE]
    assert len({row["password"] for row in rows}) == len(rows)
    assert all(User.objects.get(username=row["username"]).check_password(row["password"]) for row in rows)
    assert Membership.objects.filter(user__username="crc1", study=study).count() == 1
