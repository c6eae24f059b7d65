"""Codes over the versions of a study: retired, never taken out, never given another meaning."""

import copy
from dataclasses import replace

import pytest

from edc.design.codelist_life import code_faults, published_terms, synonym_faults
from edc.design.whole import written
from tests.factories.designs import small_design

OLD = small_design()
TERMS = published_terms([(1, OLD)])
SEX = "CL.SEX"


@pytest.fixture
def codelists():
    return copy.deepcopy(written(OLD)["codelists"])


def said(codelists, reasons=None):
    return [each.message_en for each in code_faults(TERMS, codelists, reasons or {})]


def test_what_was_published_may_be_published_again(codelists):
    assert said(codelists) == []


def test_a_code_may_be_retired_and_another_added(codelists):
    codelists[SEX]["items"][0]["retired"] = True
    codelists[SEX]["items"].append({"code": "U", "zh": "未知", "en": "Unknown"})
    assert said(codelists) == []


def test_a_published_code_is_not_taken_out(codelists):
    gone = codelists[SEX]["items"].pop(0)["code"]
    assert said(codelists) == [f"The code {gone} was published and cannot be taken out: retire it."]


def test_other_words_need_a_reason_that_the_meaning_stays(codelists):
    first = codelists[SEX]["items"][0]
    first["zh"] += "性"
    assert ["worded otherwise" in each for each in said(codelists)] == [True]
    assert said(codelists, {f"{SEX}/{first['code']}": "Spelling"}) == []


def test_two_codes_cannot_change_places_whatever_the_reason(codelists):
    one, two = codelists[SEX]["items"][:2]
    for key in ("zh", "en"):
        one[key], two[key] = two[key], one[key]
    reasons = {f"{SEX}/{each['code']}": "Corrected" for each in (one, two)}
    assert ["cannot mean" in each for each in said(codelists, reasons)] == [True, True]


def test_words_unlike_the_old_in_both_languages_are_another_meaning(codelists):
    codelists["CL.DRUG"]["items"][0] |= {"zh": "安慰剂", "en": "none"}
    code = codelists["CL.DRUG"]["items"][0]["code"]
    assert ["cannot mean" in each for each in said(codelists, {f"CL.DRUG/{code}": "Better"})] == [True]


def test_terms_say_since_when_a_code_is_there_and_retired():
    sex = OLD.codelist(SEX)
    retired = replace(sex, items=(replace(sex.items[0], retired=True), *sex.items[1:]))
    others = tuple(retired if each.oid == SEX else each for each in OLD.codelists)
    terms = published_terms([(1, OLD), (2, replace(OLD, codelists=others))])[SEX]
    assert [(each.since, each.retired_since) for each in terms.values()][:2] == [(1, 2), (1, None)]


def test_a_synonym_means_one_code_of_its_list_only(codelists):
    first, second = codelists[SEX]["items"][:2]
    first["synonyms"] = ["man", "boy"]
    assert list(synonym_faults(codelists)) == []
    second["synonyms"] = ["Boy"]
    assert len(list(synonym_faults(codelists))) == 2
    second["synonyms"] = [first["zh"]]
    assert [each.field for each in synonym_faults(codelists)] == [f"{SEX}.items[1].synonyms"]


def test_synonyms_are_no_other_wording(codelists):
    codelists[SEX]["items"][0]["synonyms"] = ["man"]
    assert said(codelists) == []
