"""ODM files of the five studies: valid against CDISC's schemas, and holding every value."""

import csv
from pathlib import Path

import pytest
from lxml import etree

from edc.design.protocol import SourcePlan
from edc.exchange.formats import ODM, ODM2, TRANSACTIONAL
from edc.exchange.record import Asked, Form, Signed, Turn
from tests.edc.exchange.making import AT, design_of, package, some_subjects
from tests.factories.designs import small_design
from tests.studies import REGISTERED

FILES = {ODM: "odm/snapshot.xml", TRANSACTIONAL: "odm/transactional.xml", ODM2: "odm/odm2.xml"}
ONE = "{http://www.cdisc.org/ns/odm/v1.3}"
TWO = "{http://www.cdisc.org/ns/odm/v2.0}"


def schema(shared_data: Path, name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(shared_data / "odm" / "xsd" / name))


@pytest.mark.parametrize("oid", REGISTERED)
@pytest.mark.requirement("N10")
def test_the_odm_files_of_a_registered_study_are_valid_and_complete(oid, tmp_path, shared_data):
    design = design_of(oid)
    made = package(tmp_path, design, some_subjects(design))

    made.make([ODM, TRANSACTIONAL, ODM2])

    assert [each for each in made.compared if each.differences] == []
    first, second = schema(shared_data, "odm-1.3.2/ODM1-3-2.xsd"), schema(shared_data, "odm-2.0/ODM.xsd")
    for kind, name in FILES.items():
        judge = second if kind == ODM2 else first
        judge.validate(etree.parse(tmp_path / "files" / name))
        assert list(judge.error_log) == [], name


@pytest.fixture
def small(design):
    """The small design with one subject that has a signature, a query, a missing code and an odd raw text."""
    from edc.exchange.record import Event, Subject, Value

    def value(oid, held, raw="", **more):
        fields = {"row_key": "", "missing": "", "unit": "", "standard": None, "derived": False, "formula": "",
                  "stream": "entry-1", "updated_at": AT} | more  # fmt: skip
        return Value(item_oid=oid, value=held, raw=raw, **fields)

    values = (
        value("IT.LBC.BILI", "1.4", "１．４", unit="mg/dL", standard="23.94"),
        value("IT.LBC.ALB", None, missing="ND"),
    )
    rows = tuple(value("IT.TXS.PARTS", ["BEV", "LENV"], "BEV|LENV", row_key=key) for key in ("1", "3"))
    turns = (Turn("meg", "See source", "open", AT), Turn("ada", "As in the <source>", "answered", AT))
    asked = Asked(7, "IT.LBC.ALB", "manual", "", "answered", "请核对", "Check", "meg", AT, turns)
    signed = Signed("ada", "Ada", "investigator", "approved", AT, "ab" * 32)
    forms = (
        Form(1, "FO.LBC", 1, "signed", "double", 1, "ab" * 32, values, signed=(signed,), queries=(asked,)),
        Form(2, "FO.TXS", 1, "complete", "double", 1, "", rows),
        Form(3, "FO.DM", 1, "first_sealed", "double", 1, ""),
    )
    event = Event("SE.CYCLE", 2, "2026-06-20", "2026-06-21", "held", "", forms)
    return design, Subject("01-0001", "S01", "enrolled", "TARGET", False, "2026-06-01", (event,))


def test_a_snapshot_file_carries_unit_missing_code_typed_text_rows_and_signature(small, tmp_path):
    design, subject = small
    final = {"FO.LBC": 1, "FO.TXS": 1}
    made = package(tmp_path, design, [subject], records=final)

    made.make([ODM])

    assert [each for each in made.compared if each.differences] == []
    root = etree.parse(tmp_path / "files" / FILES[ODM]).getroot()
    assert [each.get("FormOID") for each in root.iter(f"{ONE}FormData")] == ["FO.LBC", "FO.TXS"]
    event = root.find(f".//{ONE}StudyEventData")
    assert event.get("StudyEventRepeatKey") == "2"
    bili, alb = root.iterfind(f".//{ONE}ItemGroupData[@ItemGroupOID='IG.LBC']/{ONE}ItemData")
    assert bili.get("Value") == "1.4"
    assert bili.find(f"{ONE}MeasurementUnitRef").get("MeasurementUnitOID") == "MU.mg/dL"
    assert bili.findtext(f"{ONE}Annotation/{ONE}Comment") == "１．４"
    assert (alb.get("Value"), alb.get("IsNull")) == (None, "Yes")
    flag = alb.find(f"{ONE}Annotation/{ONE}Flag/{ONE}FlagValue")
    assert (flag.text, flag.get("CodeListOID")) == ("ND", "CL.TANDEM.MISSING")
    rows = root.findall(f".//{ONE}ItemGroupData[@ItemGroupOID='IG.TXSROW']")
    assert [each.get("ItemGroupRepeatKey") for each in rows] == ["1", "3"]
    assert rows[0][0].get("Value") == "BEV;LENV"
    signature = root.find(f".//{ONE}Signature")
    assert signature.findtext(f"{ONE}CryptoBindingManifest") == "sha256:" + "ab" * 32


def test_the_second_standard_has_the_query_at_its_item_and_each_value_of_several(
    small, tmp_path, shared_data
):
    design, subject = small
    made = package(tmp_path, design, [subject], records={"FO.LBC": 1, "FO.TXS": 1})

    made.make([ODM2])

    tree = etree.parse(tmp_path / "files" / FILES[ODM2])
    schema(shared_data, "odm-2.0/ODM.xsd").assertValid(tree)
    query = tree.getroot().find(f".//{TWO}ItemData[@ItemOID='IT.LBC.ALB']/{TWO}Query")
    assert (query.get("State"), query.findtext(f"{TWO}Value")) == ("Answered", "请核对")
    assert [each.text for each in query.iter(f"{TWO}ReasonForChange")] == ["See source", "As in the <source>"]
    values = tree.getroot().findall(f".//{TWO}ItemData[@ItemOID='IT.TXS.PARTS']/{TWO}Value")
    assert [each.text for each in values] == ["BEV", "LENV", "BEV", "LENV"]


@pytest.mark.requirement("N13")
def test_the_master_record_of_each_item_goes_along(tmp_path, shared_data):
    plan = SourcePlan("paper", {"FO.LBC": "his"}, {"IT.LBC.ALB": "edc"})
    made = package(tmp_path, small_design(source=plan), [])
    made.make([ODM, ODM2])

    first = etree.parse(tmp_path / "files" / FILES[ODM]).getroot()
    origin = {each.get("OID"): each.get("Origin") for each in first.iter(f"{ONE}ItemDef")}
    wanted = {"IT.DM.AGE": "paper", "IT.LBC.BILI": "his", "IT.LBC.ALB": "edc", "IT.LBC.ALBI": None}
    assert {oid: origin[oid] for oid in wanted} == wanted
    tree = etree.parse(tmp_path / "files" / FILES[ODM2])
    schema(shared_data, "odm-2.0/ODM.xsd").assertValid(tree)
    second = {each.get("ItemOID"): each.find(f"{TWO}Origin") for each in tree.getroot().iter(f"{TWO}ItemRef")}
    kinds = {"IT.DM.AGE": "Collected", "IT.LBC.BILI": "EHR", "IT.LBC.ALBI": "Derived"}
    assert {oid: second[oid].get("Type") for oid in kinds} == kinds
    assert "".join(second["IT.LBC.ALB"].itertext()).strip() == "EDC直接录入Entered directly into the EDC"
    head, *lines = csv.reader((tmp_path / "files" / "codebook" / "items.csv").open(encoding="utf-8-sig"))
    said = {line[head.index("ITEM")]: line[head.index("SOURCE")] for line in lines}
    assert {oid: said[oid] for oid in wanted} == {oid: each or "" for oid, each in wanted.items()}


@pytest.mark.requirement("I10")
def test_a_value_that_went_missing_on_the_way_is_found(small, tmp_path):
    design, subject = small
    made = package(tmp_path, design, [subject], records={"FO.LBC": 2, "FO.TXS": 1})

    made.make([ODM])

    wrong = [each for compared in made.compared for each in compared.differences]
    assert "FO.LBC records: 1 in the file, 2 in the database" in wrong
