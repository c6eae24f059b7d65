"""Nothing of the library's tables is lost in the design files."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

LIBRARY = Path(__file__).resolve().parents[3] / "studies" / "library"
TYPES = {
    "codelist": "code",
    "yes/no": "yes_no",
    "multi-select": "multi",
    "partial date": "partial_date",
    "long text": "long_text",
}
Table = Callable[[str], list[dict[str, str]]]


def load(name: str) -> Any:
    return yaml.load((LIBRARY / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


@pytest.fixture(scope="module")
def forms() -> dict[str, dict[str, Any]]:
    found = [load(f"forms/{path.name}") for path in sorted((LIBRARY / "forms").glob("*.yaml"))]
    return {form["oid"]: form for form in found}


@pytest.fixture(scope="module")
def items(forms: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    groups = [(form, group) for form in forms.values() for group in form["item_groups"]]
    return {item["oid"]: {**item, "form": form["oid"]} for form, group in groups for item in group["items"]}


def test_every_form_is_there(forms: dict[str, dict[str, Any]], source_table: Table) -> None:
    rows = source_table("crf_forms")
    assert len(rows) == len(forms) == 48
    for row in rows:
        form = forms[row["form_oid"]]
        counted = sum(len(group["items"]) for group in form["item_groups"])
        assert (form["name"]["en"], form["name"]["zh"]) == (row["label_en"], row["label_zh"])
        assert (form["domain"], counted) == (row["domain"], int(row["n_items"]))
        assert form.get("note", {}).get("en", "") == row["note"]


def test_a_form_that_repeats_has_rows_or_several_records(
    forms: dict[str, dict[str, Any]], source_table: Table
) -> None:
    for row in source_table("crf_forms"):
        form = forms[row["form_oid"]]
        has_rows = any(group["repeating"] for group in form["item_groups"])
        if row["repeating"] == "Y":
            assert has_rows or form["repeats"] != "none", row["form_oid"]
        else:
            assert form["repeats"] == "none", row["form_oid"]


def test_every_item_is_there_with_its_words_type_and_list(
    items: dict[str, dict[str, Any]], source_table: Table
) -> None:
    rows = source_table("crf_items")
    assert len(rows) == len(items) == 492
    for row in rows:
        item = items[row["item_oid"]]
        assert item["form"] == f"FO.{row['form_oid']}"
        assert item["name"] == row["item_oid"].split(".")[-1]
        assert (item["label"]["en"], item["label"]["zh"]) == (row["label_en"], row["label_zh"])
        assert item["type"] == TYPES.get(row["type"], row["type"])
        assert item.get("standard", "") == row["standard_variable"]
        if row["codelist"] == "NY":
            assert "yes_no" in (item["type"], item.get("value_type"))
        else:
            assert item.get("codelist", "") == (f"CL.{row['codelist']}" if row["codelist"] else "")


def test_every_unit_and_range_is_there(items: dict[str, dict[str, Any]], source_table: Table) -> None:
    for row in source_table("crf_items"):
        item = items[row["item_oid"]]
        if row["unit"]:
            assert row["unit"] in (item.get("unit"), item.get("hint", {}).get("en", "").removeprefix("In "))
        for level in ("hard", "soft"):
            for bound in ("min", "max"):
                written = row[f"{level}_{bound}"]
                if written:
                    assert item[level][bound] == float(written), (row["item_oid"], level, bound)


def test_every_note_beside_an_item_is_kept(items: dict[str, dict[str, Any]], source_table: Table) -> None:
    for row in source_table("crf_items"):
        assert row["edit_checks"] in items[row["item_oid"]].get("registered_check", ""), row["item_oid"]


def test_a_date_that_may_not_be_in_the_future_ends_today(
    items: dict[str, dict[str, Any]], source_table: Table
) -> None:
    rows = [row for row in source_table("crf_items") if row["hard_rule"] in ("<=today", "<=now")]
    assert len(rows) > 30
    assert {items[row["item_oid"]]["hard"]["max"] for row in rows} == {"today"}


def test_every_obligation_is_kept(items: dict[str, dict[str, Any]], source_table: Table) -> None:
    """HCV RNA alone is raised from optional: its note says "required if HCVAB=POS"."""
    words = {"required": "always", "conditional": "conditional", "optional": "optional"}
    changed = {
        row["item_oid"]
        for row in source_table("crf_items")
        if items[row["item_oid"]]["required"] != words[row["required"]]
    }
    assert changed == {"IT.HBC.HCVRNA"}


def test_every_conditional_item_says_when(items: dict[str, dict[str, Any]]) -> None:
    unsaid = [
        oid
        for oid, item in items.items()
        if item["required"] == "conditional" and "required_when" not in item
    ]
    assert unsaid == []


def test_items_of_some_trials_name_their_studies(
    items: dict[str, dict[str, Any]], source_table: Table, designs: dict[str, Any]
) -> None:
    trials_of_form = {row["form_oid"]: set(row["trials"].split()) for row in source_table("crf_forms")}
    for row in source_table("crf_items"):
        own, of_form = set(row["trials"].split()), trials_of_form[f"FO.{row['form_oid']}"]
        named = items[row["item_oid"]].get("studies")
        assert (named is None) == (own == of_form), row["item_oid"]
        if named is not None:
            assert set(named) == {designs[trial].oid for trial in own}


def test_every_derived_item_is_computed_or_says_who_fills_it(items: dict[str, dict[str, Any]]) -> None:
    derived = {oid: item for oid, item in items.items() if item["type"] == "derived"}
    filled = {oid for oid, item in derived.items() if "filled_by" in item}
    assert len(derived) == 38
    assert all(("value" in item) != ("filled_by" in item) for item in derived.values())
    assert filled == {
        "IT.SEG.SEGDICE",
        "IT.SEG.SEGICC",
        "IT.RSP.TRGRESP",
        "IT.RSP.NTRGRESP",
        "IT.RSP.OVRLRESP",
        "IT.RSP.RSBOR",
        "IT.RDR.RDTIME",
    }


def test_every_code_is_there_in_order(source_table: Table) -> None:
    lists = load("codelists.yaml")
    rows = source_table("crf_codelists")
    inner = [row for row in rows if not row["label_en"].startswith("EXTERNAL")]
    expected: dict[str, list[tuple[str, str, str]]] = {}
    for row in inner:
        triple = (row["code"], row["label_zh"], row["label_en"])
        expected.setdefault(f"CL.{row['codelist']}", []).append(triple)
    written = {
        oid: [(item["code"], item["zh"], item["en"]) for item in entry["items"]]
        for oid, entry in lists.items()
        if "items" in entry
    }
    assert len(lists) == len({row["codelist"] for row in rows}) == 148
    assert written == expected
    assert {oid for oid, entry in lists.items() if "external" in entry} == {
        f"CL.{row['codelist']}" for row in rows if row not in inner
    }


def rules_of_studies(designs: dict[str, Any]) -> list[dict[str, Any]]:
    oids = [design.oid for design in designs.values()]
    own = {oid: load(f"../{oid}/rules.yaml") for oid in oids}
    return [{**rule, "studies": [oid]} for oid, rules in own.items() for rule in rules]


def test_every_edit_check_is_there_with_its_words(source_table: Table, designs: dict[str, Any]) -> None:
    rules = load("rules.yaml") + rules_of_studies(designs)
    rows = source_table("crf_edit_checks")
    assert len(rows) == 75
    for row in rows:
        made = [rule for rule in rules if rule["oid"].split(".")[0] == row["id"]]
        oids = {designs[trial].oid for trial in row["trials"].split()}
        assert made, row["id"]
        assert {rule["severity"] for rule in made} == {row["severity"]}
        assert {rule["registered"] for rule in made} == {row["rule"]}
        assert set().union(*(rule.get("studies", oids) for rule in made)) == oids, row["id"]
        if row["id"] != "EC004":
            assert made[0]["message"] == {"zh": row["message_zh"], "en": row["message_en"]}


def test_only_checks_beyond_the_form_data_are_left_to_the_platform() -> None:
    held = Counter(rule["oid"] for rule in load("rules.yaml") if "platform" in rule)
    assert sorted(held) == [
        "EC052.BLIND", "EC054.OPEN", "EC066.TASK", "EC071", "EC072", "EC075",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("oid", "unit", "factor"),
    [
        ("IT.LBC.BILI", "mg/dL", 17.1),
        ("IT.LBC.ALB", "g/dL", 10),
        ("IT.LBC.CREAT", "mg/dL", 88.4),
        ("IT.LBT.CRP", "mg/dL", 10),
        ("IT.LBT.AFP", "IU/mL", 1.21),
        ("IT.LBH.PLAT", "10^3/uL", 1),
        ("IT.LBH.HGB", "g/dL", 10),
    ],
)
def test_laboratory_units_convert_by_the_published_factor(
    items: dict[str, dict[str, Any]], oid: str, unit: str, factor: float
) -> None:
    assert {"unit": unit, "factor": factor} in items[oid]["units"]
