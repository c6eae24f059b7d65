"""The rule of the gate by itself: when a role stops for want of a training."""

from datetime import UTC, datetime, timedelta

import pytest

from edc.training import Asked, stops_at

pytestmark = pytest.mark.requirement("P9")
JUNE = datetime(2026, 6, 1, tzinfo=UTC)
CRC = frozenset({"crc"})


def day(number):
    return JUNE + timedelta(days=number)


def version(pk, published, grace=0, *, roles=CRC, required=True):
    return Asked(pk, roles, required, day(published), timedelta(days=grace))


def stops(*versions, since=0, trained=()):
    return stops_at(versions, role="crc", since=day(since), trained=set(trained))


def test_who_holds_a_role_when_it_is_published_has_the_days_of_grace():
    assert stops(version(1, 10, grace=14)) == day(24)


def test_a_later_role_has_no_grace():
    assert stops(version(1, 10, grace=14), since=11) == day(11)


@pytest.mark.parametrize(
    "asked",
    [version(1, 10, required=False), version(1, 10, roles=frozenset({"monitor"}))],
)
def test_what_is_for_information_or_for_others_stops_nothing(asked):
    assert stops(asked) is None


def test_the_record_of_the_newest_version_lets_the_role_go_on():
    assert stops(version(2, 30), version(1, 10), trained={2}) is None


def test_a_new_version_asks_again_after_its_own_grace():
    assert stops(version(2, 30, grace=7), version(1, 10), trained={1}) == day(37)


def test_a_new_version_gives_no_new_grace_to_one_who_owes_the_old_one():
    assert stops(version(2, 30, grace=90), version(1, 10, grace=14)) == day(24)


def test_a_new_version_for_information_ends_what_the_old_one_asked():
    assert stops(version(2, 30, required=False), version(1, 10)) is None


def test_the_record_of_an_old_version_does_not_stand_for_the_new_one():
    assert stops(version(3, 50), version(2, 30), version(1, 10), trained={2}) == day(50)
