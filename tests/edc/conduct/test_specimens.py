"""The chain of custody: each step in order, at the site that has the specimen; destroyed by two people."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from edc.errors import InvalidInput, NotNow
from edc.models import Specimen
from edc.selectors.specimens import must_be_destroyed, specimens_visible_to
from edc.services.departure import Leaving, end_participation
from edc.services.specimens import Collected, Step, collect_specimen, move_specimen
from tests.edc.web.entry_door import browser

START = timezone.now() - timedelta(hours=5)


@pytest.fixture
def crc(member):
    return member("ada", "crc")


@pytest.fixture
def other_crc(member, other_site):
    return member("zoe", "crc", other_site)


@pytest.fixture
def specimen(subject, crc):
    taken = Collected("LB-0001", "whole_blood", START, 2)
    return collect_specimen(subject=subject, event=None, collected=taken, actor=crc)


def step(specimen, actor, state, minutes=0, **says):
    taken = Step(state, START + timedelta(minutes=minutes), **says)
    return move_specimen(specimen=specimen, step=taken, actor=actor)


def test_the_chain_holds_every_step(specimen, crc, other_crc, other_site):
    step(specimen, crc, "stored", 5, place="F1-R2")
    step(specimen, crc, "shipped", 10, to_site=other_site, condition="-80 °C, dry ice")
    received = step(specimen, other_crc, "received", 60, condition="intact, -78 °C")
    used = step(specimen, other_crc, "used", 90, reason="Sequenced")
    assert received.at_site == other_site
    assert (used.state, used.to_site) == ("used", None)
    steps = [(each.state, each.site.oid, each.tubes) for each in specimen.steps.all()]
    assert steps == [
        ("collected", "S01", 2), ("stored", "S01", 2), ("shipped", "S01", 2), ("received", "S02", 2),
        ("used", "S02", 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "minutes", "says", "field"),
    [
        ("stored", 5, {}, "place"),
        ("used", 5, {}, "reason"),
        ("shipped", 5, {}, "to_site"),
        ("stored", -5, {"place": "F1"}, "at"),
        ("stored", 999, {"place": "F1"}, "at"),
        ("collected", 5, {}, "state"),
    ],
)
def test_a_step_says_what_it_must(specimen, crc, state, minutes, says, field):
    with pytest.raises(InvalidInput) as wrong:
        step(specimen, crc, state, minutes, **says)
    assert set(wrong.value.fields) == {field}


def test_only_who_has_it_moves_it(specimen, crc, other_crc, other_site):
    with pytest.raises(PermissionDenied):
        step(specimen, other_crc, "stored", 5, place="F1")
    step(specimen, crc, "shipped", 10, to_site=other_site)
    with pytest.raises(PermissionDenied):
        step(specimen, crc, "received", 20, condition="intact")
    with pytest.raises(NotNow):
        step(specimen, other_crc, "stored", 20, place="F1")


def test_two_people_destroy_with_a_reason(specimen, crc, member):
    grace = member("grace", "crc")
    step(specimen, crc, "destroying", 5, reason="Consent withdrawn")
    with pytest.raises(NotNow):
        step(specimen, crc, "destroyed", 10, reason="Burnt")
    with pytest.raises(InvalidInput):
        step(specimen, grace, "destroyed", 10)
    assert step(specimen, grace, "destroyed", 10, reason="Burnt").state == "destroyed"
    last = specimen.steps.last()
    assert (last.by, last.first_person) == (grace, crc)


def test_a_label_is_used_once_in_a_study(specimen, subject, crc):
    again = Collected("LB-0001", "serum", START)
    with pytest.raises(InvalidInput) as wrong:
        collect_specimen(subject=subject, event=None, collected=again, actor=crc)
    assert set(wrong.value.fields) == {"label"}


def test_withdrawn_consent_asks_for_destruction(specimen, subject, crc):
    owed = specimens_visible_to(crc).filter(must_be_destroyed())
    assert list(owed) == []
    leaving = Leaving("consent", date(2026, 7, 1))
    end_participation(subject=subject, leaving=leaving, reason="Withdrew", actor=crc)
    assert list(owed.all()) == [specimen]
    text = browser(crc).get(reverse("specimen", args=[specimen.pk])).content.decode()
    assert "must be destroyed by two people" in text


def test_the_pages_collect_move_and_tell(subject, crc, other_crc):
    client = browser(crc)
    posted = {
        "subject": subject.subject_key, "label": "LB-7", "kind": "serum", "tubes": "3",
        "collected_at": "2026-07-01T09:30",
    }  # fmt: skip
    assert client.post(reverse("specimen-collect"), posted).status_code == 302
    made = Specimen.objects.get()
    moved = {"state": "shipped", "at": "2026-07-01T10:00", "to_site": "S02", "condition": "cold"}
    assert client.post(reverse("specimen-step", args=[made.pk]), moved).status_code == 302
    receiver = browser(other_crc)
    assert "LB-7" in receiver.get(reverse("specimens"), {"show": "shipped"}).content.decode()
    page = receiver.get(reverse("specimen", args=[made.pk])).content.decode()
    assert reverse("subject", args=[subject.pk]) not in page
    text = b"".join(receiver.get(reverse("specimens-csv")).streaming_content).decode().removeprefix("\ufeff")
    assert [row["step"] for row in csv.DictReader(io.StringIO(text))] == ["collected", "shipped"]


def test_other_sites_see_nothing_of_what_stays(specimen, other_crc):
    client = browser(other_crc)
    assert client.get(reverse("specimen", args=[specimen.pk])).status_code == 404
    assert specimen.label not in client.get(reverse("specimens"), {"show": "all"}).content.decode()
