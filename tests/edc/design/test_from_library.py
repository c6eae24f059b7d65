"""A form of the shared library brought into a document: with what it needs, and no check at fault."""

from pathlib import Path

import pytest

from edc.design.from_library import library_forms, taken_from
from edc.design.library import read_library
from edc.design.whole import check_document, written
from tests.factories.designs import small_design

LIBRARY = Path(__file__).resolve().parents[3] / "studies" / "library"


@pytest.fixture(scope="module")
def library():
    return read_library(LIBRARY)


@pytest.fixture
def document():
    return written(small_design())


def with_taken(document, taken):
    return document | {
        "forms": [*document["forms"], taken.form],
        "codelists": document["codelists"] | taken.codelists,
        "rules": [*document["rules"], *taken.rules],
    }


def test_every_sound_form_is_offered(library):
    assert {each.oid for each in library_forms(library, "ChiCTR2600126480")} >= {"FO.AE", "FO.CM", "FO.VS"}


def test_a_form_brings_its_codelists_and_the_checks_that_hold_there(library, document):
    taken = taken_from(library, "FO.VS", document)
    needed = {
        item["codelist"] for g in taken.form["item_groups"] for item in g["items"] if "codelist" in item
    }
    assert set(taken.codelists) == needed - set(document["codelists"])
    # What is left to do: no visit plans it.
    assert [each.file for each in check_document(with_taken(document, taken)).errors] == ["forms/VS"]
    assert all(rule["form"] == "FO.VS" for rule in taken.rules)


def test_checks_that_read_forms_that_are_not_there_are_left_out_by_name(library, document):
    bare = document | {"rules": []}
    left = {each: taken_from(library, each, bare).left for each in ("FO.AE", "FO.CM", "FO.DS", "FO.SU")}
    assert any(left.values()), left
    for oid in left:
        brought = with_taken(bare, taken_from(library, oid, bare))
        faults = [each for each in check_document(brought).errors if each.file == "rules"]
        assert faults == check_document(bare).errors or faults == []


def test_no_form_of_that_name(library, document):
    assert taken_from(library, "FO.NONE", document) is None
