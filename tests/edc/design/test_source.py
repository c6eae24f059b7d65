"""Where paper and electronic records stand side by side, the design names the master: study, form, item."""

import copy

import pytest

from edc.design.diff import design_diff
from edc.design.items import Text
from edc.design.protocol import SourcePlan
from edc.design.whole import check_document, read_document, written
from edc.exchange.design_workbook import read_workbook, write_workbook
from tests.factories.designs import small_design
from tests.studies import REGISTERED, study_design

PLAN = SourcePlan(
    "paper", {"FO.LBC": "his"}, {"IT.LBC.ALB": "edc"}, Text("方案3.2：纸质CRF", "Protocol 3.2: paper CRF")
)


@pytest.fixture
def design():
    return small_design(source=PLAN)


@pytest.mark.parametrize(
    ("form", "item", "source"),
    [
        ("FO.DM", None, "paper"),
        ("FO.DM", "IT.DM.AGE", "paper"),
        ("FO.LBC", None, "his"),
        ("FO.LBC", "IT.LBC.BILI", "his"),
        ("FO.LBC", "IT.LBC.ALB", "edc"),
        ("FO.LBC", "IT.LBC.ALBI", None),
    ],
)
@pytest.mark.requirement("N13")
def test_the_closest_declaration_holds(design, form, item, source):
    assert design.source_of(form, design.item(item) if item else None) == source


def test_a_study_that_declares_none_has_none():
    design = small_design()
    assert design.source_of("FO.DM", design.item("IT.DM.AGE")) is None


@pytest.mark.requirement("N13")
def test_the_declaration_comes_back_from_its_document_and_its_workbook(design, tmp_path):
    write_workbook(written(design), tmp_path / "a.xlsx", told="draft")
    read = read_workbook(tmp_path / "a.xlsx")

    assert read.faults == []
    assert read_document(read.document).source == PLAN
    assert read_document(written(design)).source == PLAN


@pytest.mark.parametrize(
    ("change", "place", "zh", "en"),
    [
        ({"default": "fax"}, "source.default", "应为其中之一：edc, paper, his", "of edc, paper, his"),
        ({"forms": {"FO.LBC": "film"}}, "source.forms.FO.LBC", "应为其中之一", "Must be one of"),
        ({"forms": {"FO.NONE": "his"}}, "source.forms.FO.NONE", "本研究不用表单", "not use the form FO.NONE"),
        ({"items": {"IT.DM.NO": "his"}}, "source.items.IT.DM.NO", "没有可录入的项目", "no item IT.DM.NO"),
        ({"items": {"IT.LBC.ALBI": "his"}}, "source.items.IT.LBC.ALBI", "没有可录入的项目", "IT.LBC.ALBI"),
    ],
)  # fmt: skip
def test_an_unknown_word_or_place_is_named_where_it_stands(design, change, place, zh, en):
    document = copy.deepcopy(written(design))
    document["study"]["source"] |= change
    [fault] = check_document(document).errors

    assert (fault.file, fault.field) == ("study", place)
    assert zh in fault.message_zh
    assert en in fault.message_en


def test_another_master_is_a_difference_of_the_version(design):
    [change] = design_diff(design, small_design(source=SourcePlan("edc")))
    assert (change.about, change.kind, change.forms) == ("study", "value", ())


@pytest.mark.parametrize("oid", REGISTERED)
@pytest.mark.requirement("N13")
def test_each_registered_study_says_its_master_and_where_that_is_said(oid):
    source = study_design(oid).source
    assert source.said.zh
    assert source.said.en
