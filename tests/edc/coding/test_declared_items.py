"""Items that the design says are coded: tied when their dictionary or the design comes, else left alone."""

import pytest

from edc.models import AuditEvent, CodedItem, Dictionary
from edc.services.design import publish_design
from edc.services.dictionaries import About, Upload, load_dictionary, set_coded_item
from tests.factories.coding import ATC
from tests.factories.designs import small_design

NOTE = "IT.DM.NOTE"


@pytest.fixture
def design():
    return small_design(coded={NOTE: "atc"})


@pytest.fixture
def meg(member):
    return member("meg", "data_manager")


def load(study, actor, version="2026"):
    return load_dictionary(
        study=study, about=About(Dictionary.Kind.ATC, version, "Sham"), actor=actor,
        uploads=[Upload("atc.csv", [ATC.encode()])],
    )  # fmt: skip


def coded():
    return [(each.item_oid, each.dictionary.version) for each in CodedItem.objects.all()]


def test_the_first_dictionary_of_the_kind_codes_the_item(study, meg):
    assert coded() == []
    first = load(study, meg)
    assert coded() == [(NOTE, "2026")]
    [event] = AuditEvent.objects.filter(action="coding.item_set")
    assert (event.path, event.after, event.actor) == (NOTE, str(first), meg)
    load(study, meg, "2027")
    assert coded() == [(NOTE, "2026")]


def test_a_design_published_later_is_followed_too_and_a_person_has_the_last_word(study, meg, system):
    other = small_design(coded={})
    publish_design(design=other, actor=system)
    load(study, meg)
    assert coded() == []
    publish_design(design=small_design(coded={NOTE: "atc"}, short_title=other.title), actor=system)
    assert coded() == [(NOTE, "2026")]
    set_coded_item(study=study, item_oid=NOTE, dictionary=None, actor=meg)
    load(study, meg, "2027")
    assert coded() == []
