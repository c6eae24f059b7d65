"""What the entry page says of a value that is not plainly what was typed, and how choices are found."""

import json
import re

import pytest
from django.urls import reverse

from edc.models import DraftItem
from edc.services.enrol import enrol_subject
from tests.edc.web.entry_door import browser, get, save
from tests.factories.entering import entry, form_of


@pytest.fixture
def chemistry(subject, complete):
    complete("FO.IC")
    return form_of(subject, "FO.LBC")


def test_the_understood_value_stands_under_the_field_and_the_typed_one_is_kept(chemistry, crcs):
    client = browser(crcs[0])
    typed = save(client, chemistry, "IT.LBC.BILI", entry("1.4", "mg/dL")).json()["items"]["IT.LBC.BILI"]
    plain = save(client, chemistry, "IT.LBC.ALB", entry("41")).json()["items"]["IT.LBC.ALB"]
    page = get(client, chemistry).content.decode()

    assert typed["heard"] == "23.94 µmol/L"
    assert "heard" not in plain
    assert DraftItem.objects.get(path="IT.LBC.BILI").entry["raw"] == "1.4"
    assert re.findall(r"data-heard>([^<]+)<", page) == ["23.94 µmol/L"]


def test_what_can_be_meant_in_two_ways_is_asked(chemistry, crcs):
    client = browser(crcs[0])
    answer = save(client, chemistry, "IT.LBC.BILI", entry("1,5")).json()["items"]["IT.LBC.BILI"]
    [message] = answer["messages"]
    page = get(client, chemistry).content.decode()

    assert (message["level"], message["meanings"]) == ("hard", ["1.5", "15"])
    assert re.findall(r'data-use-raw="([^"]+)"', page) == ["1.5", "15"]


def test_the_offered_unit_is_written_as_people_write_it(chemistry, crcs):
    client = browser(crcs[0])
    answer = save(client, chemistry, "IT.LBC.BILI", entry("100", "mg/dL")).json()["items"]["IT.LBC.BILI"]
    page = get(client, chemistry).content.decode()

    assert (answer["messages"][0]["unit"], answer["messages"][0]["unit_text"]) == ("umol/L", "µmol/L")
    assert 'data-use-unit="umol/L">Use µmol/L' in page


def test_choices_carry_what_they_are_found_by(subject, complete, crcs):
    complete("FO.IC")
    page = get(browser(crcs[0], "zh-hans"), form_of(subject, "FO.DM")).content.decode()

    assert 'data-find="y|是|s|shi' in page
    assert re.search(r'data-find="m\|m\(中\)\|', page)


def test_the_same_form_of_the_next_subject_is_a_key_away_at_the_own_sites(subject, complete, crcs, site):
    form = complete("FO.IC")
    after = enrol_subject(site=site, actor=crcs[0])
    page = get(browser(crcs[0]), form).content.decode()
    data = json.loads(re.search(r'id="entry-data"[^>]*>(.*?)</script>', page)[1])

    assert data["earlier"] is None
    assert data["later"] == reverse("form-entry", args=[form_of(after, "FO.IC").pk])
