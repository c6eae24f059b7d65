"""The draft keeps what is typed, item by item and row by row, and refuses what the form does not have."""

import pytest

from edc.errors import InvalidInput, ItemMoved, NotNow
from edc.models import DraftItem, ItemValue
from edc.services.entry import add_row, open_draft, remove_row, save_item, submit_entry
from edc.services.reconcile import resolve_disagreement
from tests.factories.entering import entry, form_of, record


@pytest.fixture
def form(subject, complete):
    complete("FO.IC")
    return form_of(subject, "FO.TXS")


def save(form, actor, path, raw, version=0, **more):
    return save_item(form=form, path=path, entry=entry(raw) | more, expected_version=version, actor=actor)


def test_what_is_impossible_is_kept_and_told(subject, complete, crcs):
    complete("FO.IC")
    saved = save(form_of(subject, "FO.DM"), crcs[0], "IT.DM.AGE", "two hundred")
    assert saved.state.impossible == ["IT.DM.AGE"]
    assert DraftItem.objects.get().entry["raw"] == "two hundred"


def test_a_stale_tab_is_told_both_values(form, crcs):
    save(form, crcs[0], "IT.TXS.TXLINE", "1")
    save(form, crcs[0], "IT.TXS.TXLINE", "2", 1)
    with pytest.raises(ItemMoved) as moved:
        save(form, crcs[0], "IT.TXS.TXLINE", "3", 1)
    assert (moved.value.saved["raw"], moved.value.offered["raw"], moved.value.version) == ("2", "3", 2)
    assert "IT.TXS.TXLINE" in moved.value.fields
    assert save(form, crcs[0], "IT.TXS.TXLINE", "3", 2).version == 3


def test_saving_the_same_again_is_no_change(form, crcs):
    save(form, crcs[0], "IT.TXS.TXLINE", "1")
    assert save(form, crcs[0], "IT.TXS.TXLINE", "1", 1).version == 1


def test_row_keys_are_never_used_again(form, crcs):
    keys = [add_row(form=form, group_oid="IG.TXSROW", actor=crcs[0]) for _n in range(2)]
    save(form, crcs[0], "IT.TXS.DOSE[2]", "900")
    remove_row(form=form, group_oid="IG.TXSROW", key="2", actor=crcs[0])
    assert keys == ["1", "2"]
    assert add_row(form=form, group_oid="IG.TXSROW", actor=crcs[0]) == "3"
    assert not DraftItem.objects.filter(path="IT.TXS.DOSE[2]").exists()
    with pytest.raises(NotNow):
        remove_row(form=form, group_oid="IG.TXSROW", key="2", actor=crcs[0])


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("IT.TXS.NOPE", entry("1")),
        ("IT.TXS.DOSE", entry("1")),
        ("IT.TXS.DOSE[9]", entry("1")),
        ("IT.TXS.TXLINE[1]", entry("1")),
        ("IT.TXS.TXLINE", entry("1", "mg/dL")),
        ("IT.TXS.TXLINE", {"raw": "1", "unit": None, "missing": "XX"}),
        ("IT.TXS.TXLINE", entry(["1"])),
        ("IT.TXS.TXLINE", entry("1\x00")),
        ("IT.TXS.TXLINE", entry("1" * 4001)),
        ("IT.DM.AGE", entry("1")),
    ],
)
def test_what_the_form_does_not_have_is_refused_by_name(form, crcs, path, given):
    with pytest.raises(InvalidInput) as refused:
        save_item(form=form, path=path, entry=given, expected_version=0, actor=crcs[0])
    assert path in refused.value.fields
    assert not DraftItem.objects.exists()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"items": [1]}, "items"),
        ({"rows": "1"}, "rows"),
        ({"items": {"IT.TXS.TXLINE": "1"}}, "IT.TXS.TXLINE"),
        ({"rows": {"IG.TXSROW": ["01"]}}, "IG.TXSROW"),
        ({"rows": {"IG.TXSROW": ["1", "1"]}}, "IG.TXSROW"),
        ({"rows": {"IG.NOPE": ["1"]}}, "IG.NOPE"),
        ({"items": {"IT.TXS.PARTS[1]": entry("ATEZO")}, "rows": {"IG.TXSROW": ["1"]}}, "IT.TXS.PARTS[1]"),
    ],
)
def test_a_record_of_a_wrong_shape_is_refused_by_name(form, crcs, sent, field):
    with pytest.raises(InvalidInput) as refused:
        submit_entry(form=form, actor=crcs[0], record=sent, source="api")
    assert field in refused.value.fields


def test_a_derived_item_cannot_be_typed(subject, complete, crcs):
    complete("FO.IC")
    with pytest.raises(InvalidInput):
        save(form_of(subject, "FO.LBC"), crcs[0], "IT.LBC.ALBI", "-2.5")


@pytest.mark.requirement("P6")
def test_nothing_is_entered_without_consent(subject, crcs, enter):
    demography = form_of(subject, "FO.DM")
    for actor in crcs:
        with pytest.raises(NotNow, match="consent"):
            open_draft(form=demography, actor=actor)
    enter(form_of(subject, "FO.IC"), 1)
    assert open_draft(form=demography, actor=crcs[0])  # the own sealed consent form is enough for oneself
    open_draft(form=form_of(subject, "FO.ENR"), actor=crcs[1])  # enrolment may precede
    with pytest.raises(NotNow, match="consent"):
        open_draft(form=form_of(subject, "FO.LBC"), actor=crcs[1])


def test_rows_in_another_order_agree_and_a_single_one_is_resolved(form, crcs, member):
    first = {
        "IT.TXS.DRUG[1]": "ATEZO",
        "IT.TXS.DOSE[1]": "1200",
        "IT.TXS.DRUG[2]": "BEV",
        "IT.TXS.DOSE[2]": "900",
    }
    second = {
        "IT.TXS.DRUG[1]": "BEV",
        "IT.TXS.DOSE[1]": "900",
        "IT.TXS.DRUG[2]": "LENV",
        "IT.TXS.DOSE[2]": "8",
    }
    keys = {"IG.TXSROW": ["1", "2"]}
    submit_entry(form=form, actor=crcs[0], record=record(first, keys))
    submit_entry(form=form, actor=crcs[1], record=record(second, keys))
    manager = member("meg", "data_manager")
    found = {each.path: each for each in form.disagreements.all()}
    assert {path: each.kind for path, each in found.items()} == {"IG.TXSROW[1]": "row", "IG.TXSROW[3]": "row"}
    resolve_disagreement(
        disagreement=found["IG.TXSROW[1]"], choice="first", entry=None, reason="Chart", actor=manager
    )
    resolve_disagreement(
        disagreement=found["IG.TXSROW[3]"], choice="first", entry=None, reason="Chart", actor=manager
    )
    final = {value.path: value.value for value in ItemValue.objects.filter(form=form)}
    assert final == {
        "IT.TXS.DRUG[1]": "ATEZO", "IT.TXS.DOSE[1]": "1200", "IT.TXS.DRUG[2]": "BEV", "IT.TXS.DOSE[2]": "900",
    }  # fmt: skip
