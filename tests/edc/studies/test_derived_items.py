"""Derived items give the worked values of the scores' sources, and nothing where an input is missing."""

from typing import Any

import pytest

from tests.edc.studies.asked_rules import derived, written
from tests.edc.studies.conftest import read_design

DEMOGRAPHY = {"form": "DM", "AGE": 35, "SEX": "M"}
CHEMISTRY = {"form": "LBC", "LBDAT": "2024-01-10", "BILI": "2.6", "ALB": "37", "AST": "107", "ALT": "104"}
KIDNEY = {"SODIUM": "131", "CREAT": "132.6"}
CLOTTING = {"form": "LBG", "LBDAT": "2024-01-10", "INR": "2.0"}
LIVER = {"form": "HBC", "ASCITES": "NONE", "ENCEPH": "NONE"}
BLOOD = {"form": "LBH", "LBDAT": "2024-01-10", "PLAT": "181"}
BURDEN = {"form": "LVB", "TUMN": "1", "TUMMAX": "1.8", "PVTT": "0", "HVTT": "0", "EHS": "N"}
MARKERS = {"form": "LBT", "LBDAT": "2024-01-10", "AFP": "400", "CRP": "10"}
BASELINE = [DEMOGRAPHY, CHEMISTRY, CLOTTING, LIVER, BLOOD, BURDEN, MARKERS]
STAGE = {"form": "PSL", "PSLDAT": "2024-01-10", "ECOG": "0", "PRESLF": "Y"}


def given(name: str, filled: dict[str, Any], others: list[dict[str, Any]], code: str = "T1") -> Any:
    return derived(read_design(code), name, written(filled), [written(each) for each in others])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CPPTS", 6.0),
        ("CPCLASS", "A"),
        ("ALBIV", pytest.approx(-2.871, abs=1e-3)),
        ("ALBIG", "1"),
        ("FIB4", 2.03),
        ("CRAFITY", 2.0),
        ("BCLCD", "0"),
        ("CNLCD", "1A"),
    ],
)
def test_a_stage_form_computes_its_scores(name: str, value: Any) -> None:
    assert given(name, STAGE, BASELINE) == value


@pytest.mark.parametrize("absent", ["LBC", "LBG", "HBC"])
def test_child_pugh_is_not_computed_with_a_missing_component(absent: str) -> None:
    assert given("CPPTS", STAGE, [each for each in BASELINE if each["form"] != absent]) is None


@pytest.mark.parametrize(("day", "points"), [("2024-01-24", 6.0), ("2024-01-25", None)])
def test_child_pugh_takes_laboratory_values_of_fourteen_days(day: str, points: float | None) -> None:
    assert given("CPPTS", {**STAGE, "PSLDAT": day}, BASELINE) == points


@pytest.mark.parametrize(
    ("change", "stage"),
    [
        ({"TUMMAX": "7"}, "A"),
        ({"TUMN": "2", "TUMMAX": "3.0"}, "A"),
        ({"TUMN": "2", "TUMMAX": "4"}, "B"),
        ({"TUMN": "4P", "TUMMAX": "1"}, "B"),
        ({"PVTT": "3", "TUMMAX": "3"}, "C"),
    ],
)
def test_bclc_follows_the_tumour_burden(change: dict[str, str], stage: str) -> None:
    others = [*BASELINE[:5], {**BURDEN, **change}]
    assert given("BCLCD", STAGE, others) == stage


@pytest.mark.parametrize(
    ("change", "name", "value"),
    [
        ({"TUMN": "2", "TUMMAX": "5"}, "TBS", pytest.approx(5.385, abs=0.005)),
        ({"TUMN": "4P"}, "TBS", None),
        ({"TUMN": "2", "TUMMAX": "5"}, "UT7", "Y"),
        ({"TUMN": "3", "TUMMAX": "4.1"}, "UT7", "N"),
        ({"TUMN": "4P", "TUMMAX": "3.1"}, "UT7", "N"),
        ({"TUMN": "4P", "TUMMAX": "3.0"}, "UT7", None),
        ({"TUMN": "1", "TUMMAX": "5"}, "MILAN", "Y"),
        ({"TUMN": "1", "TUMMAX": "5.1"}, "MILAN", "N"),
        ({"PVTT": "U"}, "MVI_IMG", None),
        ({"PVTT": "U", "HVTT": "1"}, "MVI_IMG", "Y"),
        ({}, "MVI_IMG", "N"),
    ],
)
def test_tumour_burden(change: dict[str, str], name: str, value: Any) -> None:
    assert given(name, {**BURDEN, **change}, []) == value


def test_meld_takes_the_published_units() -> None:
    chemistry = {**CHEMISTRY, **KIDNEY, "BILI": "102.6", "ALB": "22"}
    others = [DEMOGRAPHY, chemistry, {**CLOTTING, "INR": "1.5"}]
    assert round(given("MELDV", STAGE, others)) == 26
    assert round(given("MELDV", STAGE, [{**DEMOGRAPHY, "SEX": "F"}, *others[1:]])) == 27


def target(lesion: str, **more: Any) -> dict[str, Any]:
    plain = {"TUORRES": "TARGET", "TUORGAN": "LIVER", "TUNODE": "N", "TUMETHOD": "CT", "TUPRVTX": "N"}
    return {"TULNKID": lesion, "TUDTC": "2024-01-05", "TUDIAM": "50", "TUVIAB": "40", **plain, **more}


SITES = {"form": "TUB", "rows": [target("T01"), target("T02", TUORGAN="LUNG", TUDIAM="20", TUVIAB="0")]}
READ = {"TRDTC": "2024-03-10", "TRSTATE": "MEASURED"}
MEASURED = {
    "form": "TRF",
    "event": "SE.RESPONSE",
    "rows": [
        {**READ, "TRLNKID": "T01", "TRDIAM": "30", "TRVIAB": "10"},
        {**READ, "TRLNKID": "T02", "TRDIAM": "19"},
    ],
}
RESPONSE = {"form": "RSP", "event": "SE.RESPONSE", "RSCAT": "MRECIST", "RSDTC": "2024-03-10"}


@pytest.mark.parametrize(
    ("code", "base", "sum_now", "change"), [("T1", 70.0, 49.0, -30.0), ("T2", 60.0, 29.0, -51.7)]
)
def test_sums_are_whole_or_viable_as_the_study_says(
    code: str, base: float, sum_now: float, change: float
) -> None:
    assert given("SODBASE", SITES, [], code) == base
    assert given("RSSOD", RESPONSE, [SITES, MEASURED], code) == sum_now
    assert given("RSPCB", RESPONSE, [SITES, MEASURED], code) == pytest.approx(change, abs=0.05)


def test_change_from_nadir_counts_the_smallest_earlier_sum() -> None:
    earlier = {**RESPONSE, "RSDTC": "2024-02-10", "event": "SE.UNSCHEDULED", "RSSOD": "40"}
    assert given("RSPCN", RESPONSE, [SITES, MEASURED, earlier]) == pytest.approx(22.5)


@pytest.mark.parametrize(
    ("edition", "nodes", "stage"), [("8", "N2", "IIIA"), ("9", "N2a", "IIB"), ("9", "N2", None)]
)
def test_the_stage_depends_on_the_edition(edition: str, nodes: str, stage: str | None) -> None:
    filled = {"form": "DXN", "TNMED": edition, "CT_T": "T1a", "CT_N": nodes, "CT_M": "M0"}
    assert given("LCSTAGE", filled, [], "T4") == stage


@pytest.mark.parametrize(
    ("change", "subtype"),
    [
        ({}, "IS1"),
        ({"PDL1CPS": "0.9"}, "IS2"),
        ({"MHCPCT": "24"}, "IS2"),
        ({"CD8PAT": "EXCLUDED"}, "IS3"),
        ({"CD8PAT": "DESERT"}, "IS4"),
        ({"PDL1N": 99}, "ISX"),
        ({"CD8AREA": "0.49"}, "ISX"),
    ],
)
def test_the_immune_subtype(change: dict[str, Any], subtype: str) -> None:
    block = {"form": "IHC", "IHCPRE": "Y", "PDL1N": 100, "CD8AREA": "0.5", "CD8PAT": "INFLAMED"}
    assert given("IMMSUB", {**block, "PDL1CPS": "1", "MHCPCT": "25", **change}, []) == subtype


def test_eligibility_is_met_only_when_every_answer_fits() -> None:
    met = [{"IECAT": "INCLUSION", "IERESP": "Y"}, {"IECAT": "EXCLUSION", "IERESP": "N"}]
    assert given("IEYN", {"form": "IE", "rows": met}, []) == "Y"
    assert given("IEYN", {"form": "IE", "rows": [met[0], {"IECAT": "EXCLUSION", "IERESP": "Y"}]}, []) == "N"
    assert given("IEYN", {"form": "IE", "rows": [{"IECAT": "INCLUSION", "IERESP": "N"}, met[1]]}, []) == "N"
