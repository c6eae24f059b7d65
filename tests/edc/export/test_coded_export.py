"""Approved codes stand beside the verbatim in a package, frozen with the data, less in shared profiles."""

import csv
import io

import openpyxl
import pytest

from edc.services.coding import approve_coding, code_value
from tests.factories.coding import CodedItemFactory, DictionaryFactory, DictionaryTermFactory
from tests.factories.entering import form_of


@pytest.fixture
def coded(complete, study, meg, member):
    dictionary = DictionaryFactory(study=study, version="1.0")
    term = DictionaryTermFactory(dictionary=dictionary, code="90001", zh="虚拟头痛")
    CodedItemFactory(dictionary=dictionary)
    complete("FO.DM", NOTE="患者李某 头疼")
    made = code_value(value=form_of_note(study).values.get(item_oid="IT.DM.NOTE"), term=term, actor=meg)
    return approve_coding(coding=made, actor=member("max", "data_manager"))


def form_of_note(study):
    return form_of(study.subjects.get(), "FO.DM")


def rows(archive):
    name = next(each for each in archive.namelist() if each.endswith("data/coding.csv"))
    return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))


def test_the_full_package_has_verbatim_term_classes_and_both_people(coded, freezing, packing):
    _export, archive = packing(freezing(), "csv", "excel")
    (row,) = rows(archive)
    assert (row["ITEM"], row["VERBATIM"]) == ("IT.DM.NOTE", "患者李某 头疼")
    assert (row["DICTIONARY"], row["VERSION"], row["CODE"], row["TERM_ZH"]) == (
        "meddra",
        "1.0",
        "90001",
        "虚拟头痛",
    )
    assert (row["CLASS1_CODE"], row["CODER"], row["APPROVER"]) == ("60001", "meg", "max")
    book = next(each for each in archive.namelist() if each.endswith(".xlsx"))
    sheet = openpyxl.load_workbook(io.BytesIO(archive.read(book)))["CODING"]
    assert [cell.value for cell in sheet[2]][8] == "患者李某 头疼"


def test_a_shared_profile_keeps_the_term_and_drops_words_and_people(coded, freezing, packing):
    _export, archive = packing(freezing(), "csv", profile="public")
    (row,) = rows(archive)
    assert (row["VERBATIM"], row["CODE"], row["CODER"], row["APPROVER"]) == ("", "90001", "", "")


def test_a_code_that_waits_for_approval_is_not_in_the_package(coded, freezing, packing):
    coded.approver = coded.approved_at = None
    coded.save()
    _export, archive = packing(freezing(), "csv")
    assert rows(archive) == []
