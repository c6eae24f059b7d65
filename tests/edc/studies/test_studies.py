"""The five protocols: complete, reachable, and true to their registrations."""

import re
from typing import Any

import pytest

from edc.design.study import StudyDesign
from tests.edc.studies.conftest import REGISTRATIONS, read_design

Designs = dict[str, StudyDesign]


def test_every_study_loads_and_survives_the_round_trip(code: str) -> None:
    design = read_design(code)
    assert (design.oid, design.code) == (REGISTRATIONS[code], code)
    assert StudyDesign.from_json(design.to_json()) == design


@pytest.mark.requirement("N1")
def test_a_study_uses_the_forms_of_the_matrix(code: str, design: StudyDesign, source_table: Any) -> None:
    matrix = {row["form_oid"] for row in source_table("crf_forms") if code in row["trials"].split()}
    assert {form.oid for form in design.forms} == matrix


@pytest.mark.requirement("N1")
def test_a_study_uses_the_items_of_the_table(code: str, design: StudyDesign, source_table: Any) -> None:
    forms = {form.oid for form in design.forms}
    wanted = {
        row["item_oid"]
        for row in source_table("crf_items")
        if code in row["trials"].split() and f"FO.{row['form_oid']}" in forms
    }
    assert {item.oid for form in design.forms for item in form.items} == wanted


def test_every_form_is_planned_in_an_event(design: StudyDesign) -> None:
    planned = {each.form for event in design.events for each in event.forms}
    assert planned == {form.oid for form in design.forms}


def test_every_study_starts_with_screening_and_has_a_baseline(design: StudyDesign) -> None:
    oids = [event.oid for event in design.events]
    assert oids[:2] == ["SE.SCREENING", "SE.BASELINE"]
    assert {each.form for each in design.event("SE.SCREENING").forms} == {"FO.DM", "FO.IC", "FO.ENR", "FO.IE"}


def test_all_thirty_five_sites_are_there(designs: Designs, source_table: Any) -> None:
    centres = source_table("centres")
    names = {
        f"{code}-{site.oid}": (site.name.zh, site.name.en)
        for code, design in designs.items()
        for site in design.sites
    }
    assert len(names) == 35
    assert names == {row["site_code"]: (row["name_zh"], row["name_en"]) for row in centres}


def test_one_institution_keeps_its_many_names(designs: Designs, source_table: Any) -> None:
    levels = {
        "三级甲等": "tertiary_a", "三甲": "tertiary_a", "二级": "secondary", "二乙": "secondary_b",
    }  # fmt: skip
    for row in source_table("centres"):
        design = designs[row["trial"]]
        site = design.site(row["site_code"].split("-")[1])
        institution = next(each for each in design.institutions if each.key == site.institution)
        known = {institution.name.zh, institution.name.en, *institution.aliases}
        assert {row["name_zh"], row["name_en"]} <= known
        assert institution.level == levels[row["level_zh"]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("T1", "S01"), ("T5", "S15")),
        (("T2", "S01"), ("T4", "S01")),
        (("T2", "S02"), ("T5", "S05")),
        (("T3", "S02"), ("T5", "S11")),
    ],
)
def test_a_hospital_in_two_studies_is_one_institution(
    designs: Designs, one: tuple[str, str], other: tuple[str, str]
) -> None:
    assert designs[one[0]].site(one[1]).institution == designs[other[0]].site(other[1]).institution


def test_every_oddity_has_its_default_written_down(designs: Designs, digest: str) -> None:
    for oddity, trial, text, default in re.findall(
        r"^\| (W\d+[a-c]?) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", digest, re.MULTILINE
    ):
        for code in designs if trial == "all" else [trial]:
            decision = next(each for each in designs[code].decisions if each.oddity == oddity)
            assert decision.text.en == re.sub(r"\*\*|`", "", text)
            assert decision.default.en == re.sub(r"\*\*|`", "", default)
            assert decision.text.zh
            assert decision.default.zh


def test_a_decision_in_a_rule_is_one_of_the_study(design: StudyDesign) -> None:
    known = {each.oddity: each.default for each in design.decisions}
    carriers: list[Any] = [*design.eligibility, *design.imaging, *design.outcomes, *design.rules]
    for carrier in carriers:
        if carrier.decision:
            assert known[carrier.decision.oddity] == carrier.decision.default, carrier.oid


@pytest.mark.parametrize(
    ("code", "targets", "primary", "secondary"),
    [
        ("T1", [600, 100], 3, 0),
        ("T2", [150, None], 4, 2),
        ("T3", [400, 0], 3, 2),
        ("T4", [250, 250], 1, 3),
        ("T5", [3000, 0], 9, 0),
    ],
)
def test_arms_and_outcomes_are_those_registered(
    code: str, targets: list[int | None], primary: int, secondary: int
) -> None:
    design = read_design(code)
    kinds = [outcome.kind for outcome in design.outcomes]
    assert [arm.target_n for arm in design.arms] == targets
    assert (kinds.count("primary"), kinds.count("secondary")) == (primary, secondary)


@pytest.mark.parametrize(
    ("code", "ethics", "registered", "status"),
    [
        ("T1", "NFEC-2026-312", "2026-06-09", "prospective"),
        ("T2", "KY25152", "2026-03-16", "retrospective"),
        ("T3", "SYSKY-2026-021-01", "2026-04-02", "prospective"),
        ("T4", "KY26030", "2026-03-23", "prospective"),
        ("T5", "(2024)临伦审第(187)号", "2025-08-15", "retrospective"),
    ],
)
def test_ethics_and_registration(code: str, ethics: str, registered: str, status: str) -> None:
    design = read_design(code)
    assert design.ethics.number == ethics
    assert (design.registration.date, design.registration.status) == (registered, status)


def test_the_imaging_protocols_hold_the_registered_limits(designs: Designs) -> None:
    t1, t2, t4, t5 = (
        {entry.oid: entry for entry in designs[code].imaging} for code in ("T1", "T2", "T4", "T5")
    )
    assert list(t1["IM.CT.BASELINE"].phases) == ["PLAIN", "AP", "PVP", "DP"]
    assert t1["IM.CT.BASELINE"].window.from_day == -14
    assert t2["IM.CT.BASELINE"].slice_thickness_max_mm == 1
    assert t2["IM.MR.BASELINE"].field_strength_exact_t == 3
    assert t2["IM.MR.BASELINE"].alternative_of == "IM.CT.BASELINE"
    assert {t4[f"IM.CT.{time}"].slice_thickness_max_mm for time in ("T0", "T1", "T2")} == {1}
    assert t5["IM.MR.EOB"].field_strength_min_t == 1.5
    assert t5["IM.MR.EOB"].window.to_day == 15
    assert t5["IM.MR.DCE"].slice_thickness_max_mm["T1FS"] == 5
    assert t5["IM.MR.DCE"].slice_thickness_max_mm["T2FS"] == 8


def test_only_t1_is_entered_twice_throughout(designs: Designs) -> None:
    modes = {code: design.entry_mode("FO.DM") for code, design in designs.items()}
    assert modes == {"T1": "double", "T2": "single", "T3": "single", "T4": "single", "T5": "single"}
