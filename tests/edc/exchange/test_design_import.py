"""Every sample of other systems becomes a design that the reader accepts, with an account that adds up."""

import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path

import pytest

from edc.design.reader import read_study
from edc.exchange.design_import import import_design
from edc.exchange.faults import FileFault
from edc.rules.form_logic import evaluate_form
from edc.rules.subject_values import SubjectValues

DESIGNS = (
    "cdisc2.0/Atlas_QS_ODMv2.xml",
    "cdisc2.0/MetaData_Dave_1_3_2_new_2006_01_26_extra_languages.xml",
    "cdisc2.0/RepeatingIG-UC-D-Example.xml",
    "odmlib/cdash-odm-test.xml",
    "odmlib/cdash.odm_updated.xml",
    "openedc/metadata.xml",
)
REDCAP = (
    "redcap/MultipleChoice.REDCap.xml",
    "redcap/PHPCapLongitudinalData.REDCap.xml",
    "redcap/RepeatingForms.REDCap.xml",
    "redcap/Visits.REDCap.xml",
)
DATA = ("openedc/clinicaldata.xml", "rave/car_message.xml")
R = "{https://projectredcap.org}"


@pytest.fixture
def samples(shared_data):
    return shared_data / "odm" / "samples"


def tags(root, name):
    return [each for each in root.iter() if each.tag.rpartition("}")[2] == name]


def children(element, name):
    return [each for each in element if each.tag.rpartition("}")[2] == name]


def placed_items(root):
    """Count, independently of the importer, the items that the file's forms hold, each use once."""
    groups = {each.get("OID"): each for each in tags(root, "ItemGroupDef")}
    items = {each.get("OID") for each in tags(root, "ItemDef")}

    def within(element):
        own = sum(ref.get("ItemOID") in items for ref in children(element, "ItemRef"))
        inner = (groups[ref.get("ItemGroupOID")] for ref in children(element, "ItemGroupRef"))
        return own + sum(within(each) for each in inner if each is not element)

    forms = tags(root, "FormDef") or [each for each in groups.values() if each.get("Type") == "Form"]
    return sum(within(form) for form in forms)


def added(result):
    return 2 if any(each.what == "FO.STUDYSTART" for each in result.lost) else 0


def accounted(result, word):
    return sum(word in each.en for each in result.lost)


def is_read_again(result, out):
    return read_study(result.folder, out / "library").sha256 == result.design.sha256


@pytest.mark.parametrize("name", DESIGNS)
def test_every_item_of_a_standards_file_is_carried(samples, tmp_path, name):
    root = ET.parse(samples / name).getroot()

    result = import_design(samples / name, tmp_path)

    assert result.carried["items"] - added(result) == placed_items(root)
    refs = [ref for ref in tags(root, "ItemRef") if ref.get("CollectionExceptionConditionOID")]
    assert result.carried["conditions"] + accounted(result, "A condition is not carried") == len(refs)
    methods = [ref for ref in tags(root, "ItemRef") if ref.get("MethodOID")]
    assert result.carried["calculations"] + accounted(result, "A calculation is not carried") == len(methods)
    assert is_read_again(result, tmp_path)


@pytest.mark.parametrize("name", REDCAP)
def test_every_field_of_a_redcap_project_is_carried_or_named(samples, tmp_path, name):
    root = ET.parse(samples / name).getroot()
    fields = {each.get(f"{R}Variable"): each for each in tags(root, "ItemDef")}
    record = tags(root, "MetaDataVersion")[0].get(f"{R}RecordIdField") or next(iter(fields))
    carried = {each for each in fields if each != record and not each.endswith("_complete")}

    result = import_design(samples / name, tmp_path)

    assert result.carried["items"] - added(result) == len(carried)
    conditions = {key for key, each in fields.items() if each.get(f"{R}BranchingLogic")}
    assert result.carried["conditions"] + accounted(result, "A condition is not carried") == len(conditions)
    formulas = {key for key, each in fields.items() if each.get(f"{R}Calculation")}
    assert result.carried["calculations"] + accounted(result, "A calculation is not carried") == len(formulas)
    assert is_read_again(result, tmp_path)


@pytest.mark.parametrize("name", DATA)
def test_clinical_data_alone_show_their_design(samples, tmp_path, name):
    result = import_design(samples / name, tmp_path)

    assert result.design.forms
    assert "no study design" in result.lost[0].en
    assert is_read_again(result, tmp_path)


def state_of(result, form, values):
    items = {oid: {"raw": raw, "unit": None, "missing": None} for oid, raw in values.items()}
    record = {"items": items, "rows": {}}
    return evaluate_form(result.design, form, record, SubjectValues(result.design), today=date(2026, 11, 21))


def test_redcap_logic_means_here_what_it_meant_there(samples, tmp_path):
    result = import_design(samples / REDCAP[1], tmp_path)
    base = {
        "IT.DEMOGRAPHICS.HEIGHT": "180",
        "IT.DEMOGRAPHICS.WEIGHT": "80",
        "IT.DEMOGRAPHICS.DOB": "1980-12-01",
    }

    woman = state_of(result, "FO.DEMOGRAPHICS", base | {"IT.DEMOGRAPHICS.SEX": "0"})
    man = state_of(result, "FO.DEMOGRAPHICS", base | {"IT.DEMOGRAPHICS.SEX": "1"})

    assert woman.visible["IT.DEMOGRAPHICS.GIVEN_BIRTH"]
    assert not man.visible["IT.DEMOGRAPHICS.GIVEN_BIRTH"]
    # 80 * 10000 / 180^2 = 24.69, one decimal
    assert woman.computed["IT.DEMOGRAPHICS.BMI"].value == "24.7"
    # 1 December 1980 to 21 November 2026 is 45.97 years
    assert woman.computed["IT.DEMOGRAPHICS.AGE"].value == "45"


def test_openedc_shows_an_item_where_its_exception_does_not_hold(samples, tmp_path):
    result = import_design(samples / "openedc" / "metadata.xml", tmp_path)
    other = next(
        i for form in result.design.forms for i in form.items if i.show_when and '"Other"' in i.show_when
    )

    assert other.show_when == 'COUNTRYOFBIRTH == "Other"'


def test_a_data_dictionary_gives_forms_sections_and_logic(tmp_path):
    path = tmp_path / "lung.csv"
    path.write_text(DICTIONARY, encoding="utf-8")

    result = import_design(path, tmp_path / "out")

    form = result.design.form("FO.BASELINE")
    kinds = {item.name: item.type for item in form.items}
    assert kinds == {
        "CONSENT_DATE": "date", "SEX": "code", "SMOKE": "yes_no", "SYMPTOMS": "multi", "PACKS": "float",
        "COUGH_DAYS": "integer", "DOSE": "derived", "STRANGE": "float",
    }  # fmt: skip
    items = form.items_by_name
    assert items["PACKS"].show_when == 'SMOKE == "Y"'
    assert items["COUGH_DAYS"].show_when == '(present(SYMPTOMS) && "2" in SYMPTOMS)'
    assert items["DOSE"].value == "round((PACKS * 20.0), 1.0)"
    assert (items["PACKS"].soft.min, items["PACKS"].soft.max) == (0, 5)
    assert items["SEX"].required == "always"
    assert items["CONSENT_DATE"].identifying == "direct"
    assert result.design.consent_item == "IT.BASELINE.CONSENT_DATE"
    lost = {each.what: each.en for each in result.lost}
    assert "concat" in lost["strange"]
    assert "not carried" in lost["note"]


DICTIONARY = """\
"Variable / Field Name","Form Name","Section Header","Field Type","Field Label",\
"Choices, Calculations, OR Slider Labels","Field Note","Text Validation Type OR Show Slider Number",\
"Text Validation Min","Text Validation Max",Identifier?,\
"Branching Logic (Show field only if...)","Required Field?"
record_id,baseline,,text,"Record ID",,,,,,,,
note,baseline,,descriptive,"Read this first",,,,,,,,
consent_date,baseline,Consent,text,"Date of consent",,,date_ymd,,,y,,
sex,baseline,,radio,Sex,"1, Male | 2, Female",,,,,,,y
smoke,baseline,,yesno,Smokes,,,,,,,,
symptoms,baseline,Symptoms,checkbox,Symptoms,"1, Fever | 2, Cough",,,,,,,
packs,baseline,,text,"Packs a day",,"half packs count",number,0,5,,"[smoke] = '1'",
cough_days,baseline,,text,"Days of cough",,,integer,,,,"[symptoms(2)] = '1'",
dose,baseline,,calc,"Cigarettes a day","round([packs]*20, 1)",,,,,,,
strange,baseline,,calc,"Strange","concat([packs], 'x')",,,,,,,
"""


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xml", b"<ODM><Study>", "Not sound XML"),
        ("a.xml", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><ODM>&e;</ODM>', "DOCTYPE"),
        ("a.xml", b"<html></html>", "not ODM"),
        ("a.csv", b"A,B\n1,2\n", "Not a REDCap data dictionary"),
    ],
)
def test_a_file_that_is_no_design_is_refused_with_its_reason(tmp_path, name, content, words):
    path = Path(tmp_path / name)
    path.write_bytes(content)

    with pytest.raises(FileFault, match=words):
        import_design(path, tmp_path / "out")
