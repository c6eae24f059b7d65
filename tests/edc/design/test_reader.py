"""Reading a study: the exact round trip, and every kind of fault at its line."""

import pytest

from edc.design.study import StudyDesign
from tests.edc.design.study_folder import STUDY, faults, read, small_study, text, written

RULES, EVENTS, FORM = f"{STUDY}/rules.yaml", f"{STUDY}/events.yaml", "library/forms/DM.yaml"


def item_of(files, name):
    return next(i for i in files[FORM]["item_groups"][0]["items"] if i["name"] == name)


def test_a_sound_study_survives_json_exactly(tmp_path):
    design = read(tmp_path, small_study())
    again = StudyDesign.from_json(design.to_json())
    assert again == design
    assert again.to_json() == design.to_json()
    assert again.sha256 == design.sha256
    assert design.item("IT.DM.BMI").formula.name == "BMI"
    assert design.entry_mode("FO.TXS", "SE.C1") == "single"
    assert [rule.oid for rule in design.rules_for("FO.DM")] == ["EC001"]
    assert [form.oid for _, form in design.forms_of_event("SE.BASELINE")] == ["FO.DM", "FO.ENR"]


def test_a_study_changes_and_omits_items_of_the_library(tmp_path):
    files = small_study()
    change = {"IT.DM.AGE": {"soft": {"min": 18, "max": 65}}}
    files[f"{STUDY}/study.yaml"]["uses"][0] |= {"omit": ["IT.DM.CARD"], "items": change}
    item_of(files, "SEEN")["studies"] = ["ChiCTR2600009999"]
    design = read(tmp_path, files)
    assert design.item("IT.DM.AGE").soft.max == 65.0
    assert not {"CARD", "SEEN"} & set(design.form("FO.DM").items_by_name)


def test_codes_that_look_like_booleans_stay_text(tmp_path):
    files = small_study()
    codes = "CL.SEX:\n  name: {zh: 性别, en: Sex}\n  items:\n"
    codes += "".join(f"    - {{code: {code}, zh: {code}, en: {code}}}\n" for code in ("M", "F", "NO", "Y"))
    codes += "CL.DRUG:\n  name: {zh: 药, en: Drug}\n  items: [{code: BEV, zh: 贝, en: Bev}]\n"
    files["library/codelists.yaml"] = codes
    assert read(tmp_path, files).codelist("CL.SEX").codes == {"M", "F", "NO", "Y"}


BENT = {
    "required key": (FORM, lambda f: f[FORM].pop("domain"), "Missing: domain"),
    "unknown key": (FORM, lambda f: item_of(f, "AGE").update(colour="red"), "Unknown key: colour"),
    "type": (FORM, lambda f: item_of(f, "AGE").update(type="number"), "Must be one of"),
    "codelist": (FORM, lambda f: item_of(f, "SEX").update(codelist="CL.NONE"), "no codelist CL.NONE"),
    "item twice": (FORM, lambda f: item_of(f, "CARD").update(oid="IT.DM.AGE"), "defined twice"),
    "name twice": (FORM, lambda f: item_of(f, "CARD").update(name="AGE"), "used twice"),
    "limits": (FORM, lambda f: item_of(f, "AGE").update(hard={"min": 9, "max": 1}), "min exceeds max"),
    "limits of kind": (
        FORM,
        lambda f: item_of(f, "AGE").update(hard={"min": "today"}),
        "fit the item's type",
    ),
    "pattern": (FORM, lambda f: item_of(f, "CARD").update(pattern="("), "regular expression"),
    "cel syntax": (FORM, lambda f: item_of(f, "PREG").update(show_when="SEX =="), "Expected a value"),
    "cel type": (FORM, lambda f: item_of(f, "PREG").update(show_when='AGE == "x"'), "cannot be compared"),
    "cel not bool": (FORM, lambda f: item_of(f, "PREG").update(show_when="AGE"), "must be true or false"),
    "cel item": (FORM, lambda f: item_of(f, "BMI").update(value="WAIST * 2"), "no item named WAIST"),
    "cel result": (FORM, lambda f: item_of(f, "BMI").update(value='"x"'), "value_type asks for"),
    "cycle": (FORM, lambda f: item_of(f, "BMI").update(value="BMI + 1"), "need each other"),
    "check": (RULES, lambda f: f[RULES][0].update(check="AGE > SEX"), "cannot be compared"),
    "flagged item": (RULES, lambda f: f[RULES][0].update(items=["NOPE"]), "has no item NOPE"),
    "rule twice": (RULES, lambda f: f[RULES][1].update(oid="EC001"), "defined twice"),
    "rule form": (RULES, lambda f: f[RULES][0].update(form="FO.XX"), "does not use the form"),
    "event form": (EVENTS, lambda f: f[EVENTS][0]["forms"][0].update(form="FO.XX"), "does not use the form"),
    "anchor": (EVENTS, lambda f: f[EVENTS][0].update(anchor="SE.C1"), "listed earlier"),
    "anchor item": (
        EVENTS,
        lambda f: f[EVENTS][0].update(anchor="IT.DM.NOPE"),
        "There is no item IT.DM.NOPE",
    ),
    "anchor type": (
        EVENTS,
        lambda f: f[EVENTS][0].update(anchor="IT.DM.AGE"),
        "IT.DM.AGE must be a date item",
    ),
    "once": (
        EVENTS,
        lambda f: f[EVENTS][1]["forms"].append({"form": "FO.DM", "mandatory": True}),
        "planned twice",
    ),
    "use": (
        f"{STUDY}/study.yaml",
        lambda f: f[f"{STUDY}/study.yaml"]["uses"].append({"form": "FO.X"}),
        "no form FO.X",
    ),
    "index": (
        f"{STUDY}/study.yaml",
        lambda f: f[f"{STUDY}/study.yaml"].update(index_item="IT.DM.AGE"),
        "date item",
    ),
    "site": (
        f"{STUDY}/sites.yaml",
        lambda f: f[f"{STUDY}/sites.yaml"][0].update(institution="x"),
        "There is no x",
    ),
}


@pytest.mark.parametrize("name", BENT)
def test_a_fault_is_told_in_its_file(tmp_path, name):
    file, bend, words = BENT[name]
    files = small_study()
    bend(files)
    found = faults(tmp_path, files)
    assert any(
        error.file == file.replace("library", "library") and words in error.message_en for error in found
    ), found
    assert all(error.message_zh and error.line >= 1 for error in found)


def test_all_faults_come_in_one_list_with_their_lines(tmp_path):
    files = small_study()
    files[RULES] = (
        "- oid: EC001\n"
        "  severity: hard\n"
        "  form: FO.DM\n"
        "  items: [AGE]\n"
        "  check: AGE > SEX\n"
        "  message: {zh: 甲, en: A}\n"
        "- oid: EC002\n"
        "  severity: loud\n"
        "  form: FO.DM\n"
        "  items: [AGE]\n"
        "  check: AGE > 1\n"
        "  message: {zh: 甲, en: A}\n"
    )
    item_of(files, "SEX")["codelist"] = "CL.NONE"
    found = faults(tmp_path, files)
    lines = {(error.file, error.field): error.line for error in found}
    assert lines[RULES, "[0].check"] == 5
    assert lines[RULES, "[1].severity"] == 8
    codelist_line = 1 + (tmp_path / FORM).read_text(encoding="utf-8").split("\n").index(
        "    codelist: CL.NONE"
    )
    assert lines[FORM, "item_groups[0].items[0].codelist"] == codelist_line


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [("- oid: [", 1, "Not valid YAML"), ("- oid: A\n  oid: B\n", 2, "written twice"), ("", 1, "empty")],
)
def test_unreadable_yaml_is_a_fault_with_a_line(tmp_path, content, line, words):
    found = faults(tmp_path, {**small_study(), RULES: content})
    assert any(words in e.message_en and abs(e.line - line) <= 1 for e in found if e.file == RULES), found


def test_a_shared_check_stays_out_of_a_study_without_its_items(tmp_path):
    files = small_study()
    shared = {"severity": "soft", "form": "FO.DM", "items": ["AGE"], "message": text("x")}
    files["library/rules.yaml"] = [
        {"oid": "L1", "check": "AGE < 100", **shared},
        {"oid": "L2", "check": "AGE < LBC.ALB", **shared},
        {"oid": "L3", "check": "AGE < 90", "studies": ["ChiCTR2600009999"], **shared},
    ]
    assert [rule.oid for rule in read(tmp_path, files).rules] == ["L1", "EC001", "EC002"]


def test_the_checker_program_prints_each_fault(tmp_path, capsys):
    from edc.design.__main__ import main

    files = small_study()
    assert main([str(written(tmp_path, files))]) == 0
    files[RULES][0]["check"] = "NOPE"
    assert main([str(written(tmp_path, files))]) == 1
    assert "no item named NOPE" in capsys.readouterr().out
