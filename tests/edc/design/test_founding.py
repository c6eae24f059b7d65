"""The facts and sites of a new study put into its document: which institution a site is, under which key."""

from edc.design.founding import NewSite, facts_of, with_facts
from edc.design.whole import check_document, written
from tests.factories.designs import small_design

KNOWN = {
    "chictr_9_1": {"name": {"zh": "甲", "en": "A"}, "aliases": ["甲院"]},
    "wuxi": {"name": {"zh": "乙", "en": "B"}, "aliases": []},
}


def completed(*names, document=None, oid="ChiCTR--9"):
    document = document or written(small_design())
    made = with_facts(
        document, facts_of(document) | {"oid": oid}, [NewSite(each, each) for each in names], KNOWN
    )
    assert check_document(made).errors == ()
    return made


def test_a_site_named_as_an_institution_that_is_known_is_that_one_with_all_its_names():
    made = completed("甲院", "乙")
    assert [each["institution"] for each in made["sites"]] == ["chictr_9_1", "wuxi"]
    assert made["institutions"] == KNOWN
    assert [each["name"] for each in made["sites"]] == [{"zh": "甲院", "en": "A"}, {"zh": "乙", "en": "B"}]


def test_a_hospital_without_a_known_name_gets_a_key_that_no_other_has():
    for oid in ("ChiCTR--9", "CHICTR-9"):
        made = completed("丙", "丁", oid=oid)
        assert [each["institution"] for each in made["sites"]] == ["chictr_9_2", "chictr_9_3"]


def test_the_file_s_own_institution_keeps_its_key_and_its_other_names():
    document = written(small_design())
    document["institutions"]["nanfang"]["aliases"] = ["南方"]
    name = document["institutions"]["nanfang"]["name"]["zh"]
    made = completed("丙", name, document=document)
    assert [each["institution"] for each in made["sites"]] == ["chictr_9_2", "nanfang"]
    assert made["institutions"]["nanfang"]["aliases"] == ["南方"]
    again = completed(name, "丙", document=made)
    assert [each["institution"] for each in again["sites"]] == ["nanfang", "chictr_9_2"]
