"""Every sample of other systems comes in with a written account and goes out again as valid ODM."""

import json
from pathlib import Path

import pytest
from lxml import etree

from edc.exchange.design_import import ACCOUNT, import_design
from edc.exchange.formats import ODM, ODM2
from tests.edc.exchange.making import package, some_subjects

SAMPLES = (
    "cdisc2.0/Atlas_QS_ODMv2.xml",
    "cdisc2.0/MetaData_Dave_1_3_2_new_2006_01_26_extra_languages.xml",
    "cdisc2.0/RepeatingIG-UC-D-Example.xml",
    "odmlib/cdash-odm-test.xml",
    "odmlib/cdash.odm_updated.xml",
    "openedc/clinicaldata.xml",
    "openedc/metadata.xml",
    "rave/car_message.xml",
    "redcap/MultipleChoice.REDCap.xml",
    "redcap/PHPCapLongitudinalData.REDCap.xml",
    "redcap/RepeatingForms.REDCap.xml",
    "redcap/Visits.REDCap.xml",
)


@pytest.fixture(scope="module")
def judges(shared_data):
    """The two schemas of CDISC, by the file of a package that each judges."""
    folder = shared_data / "odm" / "xsd"
    files = {"odm/snapshot.xml": "odm-1.3.2/ODM1-3-2.xsd", "odm/odm2.xml": "odm-2.0/ODM.xsd"}
    return {name: etree.XMLSchema(etree.parse(folder / path)) for name, path in files.items()}


def test_the_samples_are_all_that_there_are(shared_data):
    folder = shared_data / "odm" / "samples"
    assert sorted(SAMPLES) == sorted(
        each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_imported_with_an_account_and_exported_valid(name, shared_data, tmp_path, judges):
    made = import_design(shared_data / "odm" / "samples" / name, tmp_path / "in")
    account = json.loads((made.folder / ACCOUNT).read_text(encoding="utf-8"))
    assert account["carried"]["items"] == sum(len(form.items) for form in made.design.forms)
    assert all(each["what"] and each["zh"] and each["en"] for each in account["not_carried"])
    assert len(account["not_carried"]) == len(made.lost) > 0
    (tmp_path / "out").mkdir()
    out = package(tmp_path / "out", made.design, some_subjects(made.design, 1))

    out.make([ODM, ODM2])

    assert [each for each in out.compared if each.differences] == []
    for file, judge in judges.items():
        tree = etree.parse(Path(tmp_path, "out", "files", file))
        judge.validate(tree)
        assert list(judge.error_log) == [], file
        kept = {each.get("OID") for each in tree.iter("{*}ItemDef")}
        assert kept >= {item.oid for form in made.design.forms for item in form.items}
