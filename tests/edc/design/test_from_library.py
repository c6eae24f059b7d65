"""A form of the shared library brought into a document: with what it needs, and no check at fault."""

from pathlib import Path

import pytest

from edc.design.from_library import library_forms, taken_from
from edc.design.library import read_library
from edc.design.whole import check_document, written
from tests.factories.designs import small_design
from tests.studies import study_design

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
    assert [each.file for each in check_document(with_taken(document, taken)).errors] == ["study"]
    assert all(rule["form"] == "FO.VS" for rule in taken.rules)


def test_checks_that_read_what_is_not_there_are_left_out_by_name(library, document):
    taken = taken_from(library, "FO.VS", document)
    # It asks for ECCLASS of the treatments, which the small design's form of them lacks.
    assert taken.left == ("IR.VS.SYSBP.160",)
    assert taken.left[0] not in {rule["oid"] for rule in taken.rules}
    whole = study_design("ChiCTR2600126480")
    without = written(whole) | {"rules": []}
    without["forms"] = [form for form in without["forms"] if form["oid"] != "FO.VS"]
    assert taken_from(library, "FO.VS", without).left == ()


def test_no_form_of_that_name(library, document):
    assert taken_from(library, "FO.NONE", document) is None
