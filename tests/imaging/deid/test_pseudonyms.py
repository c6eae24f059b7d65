"""Keyed pseudonyms are stable, separate and tell nothing; dates keep their intervals."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.uid import UID

from imaging.deid import Pseudonymiser
from tests.imaging.deid.injected import PSEUDONYMISER, SECRET

UIDS = st.lists(st.integers(0, 10**9), min_size=3, max_size=6).map(
    lambda parts: "1.2." + ".".join(map(str, parts))
)
DATES = st.dates(date(1950, 1, 1), date(2100, 1, 1))
OTHER_KEY = Pseudonymiser(SECRET[::-1], PSEUDONYMISER.study_oid, PSEUDONYMISER.subject_key)


@given(UIDS)
def test_a_mapped_uid_is_valid_repeatable_and_recognised(original: str):
    mapped = PSEUDONYMISER.uid(original)

    assert UID(mapped).is_valid
    assert mapped.startswith("2.25.")
    assert int(mapped[5:]) < 2**128
    assert mapped == PSEUDONYMISER.uid(original)
    assert PSEUDONYMISER.uid(mapped) == mapped
    assert original not in mapped


@given(st.sets(UIDS, min_size=2, max_size=20))
def test_different_uids_stay_different(originals: set[str]):
    assert len({PSEUDONYMISER.uid(original) for original in originals}) == len(originals)


@given(UIDS)
def test_another_secret_gives_and_recognises_other_uids(original: str):
    mapped = PSEUDONYMISER.uid(original)

    assert OTHER_KEY.uid(original) != mapped
    assert not OTHER_KEY.is_mapped(mapped)
    assert OTHER_KEY.uid(mapped) != mapped


@given(st.integers(2**127, 2**128 - 1))
def test_a_uid_of_the_same_shape_is_not_taken_for_a_mapped_one(number: int):
    assert not PSEUDONYMISER.is_mapped(f"2.25.{number}")


@pytest.mark.parametrize("value", ["", "2.25.", "2.25.x", "2.25.١", "2.25.1.2", f"2.25.{'9' * 60}"])
def test_odd_uids_are_not_taken_for_mapped_ones(value: str):
    assert not PSEUDONYMISER.is_mapped(value)


def test_uids_of_one_secret_agree_between_subjects_and_studies():
    other = Pseudonymiser(SECRET, "ChiCTR2600120525", "0202-0001")

    assert other.uid("1.2.3") == PSEUDONYMISER.uid("1.2.3")


@given(DATES, DATES)
def test_intervals_between_dates_are_kept(first: date, second: date):
    days = PSEUDONYMISER.shift_days
    moved = [_read(PSEUDONYMISER.shift_da(f"{day:%Y%m%d}", days=days)) for day in (first, second)]

    assert moved[1] - moved[0] == second - first
    assert first - moved[0] == timedelta(days=days)


def _read(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


@given(st.text("0123456789abc-", min_size=1, max_size=20))
def test_the_shift_is_a_year_at_most_and_repeats(subject_key: str):
    one, two = (Pseudonymiser(SECRET, "T1", subject_key) for _ in range(2))

    assert 1 <= one.shift_days <= 365
    assert one.shift_days == two.shift_days


def test_shifts_differ_between_subjects_and_studies():
    shifts = {Pseudonymiser(SECRET, study, f"S{n}").shift_days for study in ("T1", "T2") for n in range(40)}

    assert len(shifts) > 50


@pytest.mark.parametrize(
    ("value", "moved"),
    [
        ("20240310", "20240229"),
        ("2024.03.10", "20240229"),
        ("20240310 ", "20240229"),
        ("", ""),
        ("2024", ""),
        ("20241399", ""),
        ("20240310-20240311", ""),
        ("00010101", ""),
        ("SIMPSON", ""),
    ],
)
def test_dates_that_are_not_whole_are_emptied(value: str, moved: str):
    assert PSEUDONYMISER.shift_da(value, days=10) == moved


@pytest.mark.parametrize(
    ("value", "moved"),
    [
        ("20240310133742.123456+0800", "20240229133742.123456+0800"),
        ("20240310", "20240229"),
        ("2024", ""),
        ("20240310SIMPSON", ""),
    ],
)
def test_a_date_time_keeps_its_clock(value: str, moved: str):
    assert PSEUDONYMISER.shift_dt(value, days=10) == moved


@pytest.mark.parametrize(
    ("secret", "study", "subject"),
    [
        (b"short", "T1", "S1"),
        (SECRET, "", "S1"),
        (SECRET, "T1", ""),
        (SECRET, "T1", "张三"),
        (SECRET, "T1", "a\\b"),
    ],
)
def test_a_pseudonymiser_is_never_half_made(secret: bytes, study: str, subject: str):
    with pytest.raises(ValueError):
        Pseudonymiser(secret, study, subject)


def test_the_secret_is_not_shown():
    assert repr(SECRET) not in repr(PSEUDONYMISER)
    assert "secret" not in repr(PSEUDONYMISER)
