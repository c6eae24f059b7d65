"""Forms of which only chosen items are entered twice."""

from dataclasses import replace

import pytest

from edc.design.items import FormDef
from edc.design.protocol import EntryPlan
from edc.errors import InvalidInput
from edc.models import EntryCount, ItemValue
from edc.rules.second_pass import asked_again
from edc.selectors import form_state
from edc.services.entry import add_row, open_draft, save_item, submit_entry
from edc.services.reconcile import resolve_disagreement
from edc.web.form_sheet import form_sheet
from tests.factories.designs import small_design
from tests.factories.entering import form_of, record

ITEMS = {
    "FO.LBC": ("IT.LBC.BILI",),
    "FO.DM": ("IT.DM.PACKYRS",),
    "FO.TXS": ("IT.TXS.DOSE",),
}


@pytest.fixture
def design():
    forms = dict.fromkeys(ITEMS, "items")
    return small_design(entry=EntryPlan("double", forms=forms, items=ITEMS))


@pytest.fixture
def labs(subject, complete):
    complete("FO.IC")
    complete("FO.ENR")
    return form_of(subject, "FO.LBC")


def test_what_decides_whether_an_item_is_asked_is_entered_twice_too(design):
    assert asked_again(design, "FO.LBC") == {"IT.LBC.BILI"}
    assert asked_again(design, "FO.DM") == {"IT.DM.PACKYRS", "IT.DM.SMOKER"}


def test_a_form_without_a_list_has_its_critical_items_entered_twice(design):
    form = design.form("FO.LBC")
    critical = replace(form, item_groups=tuple(_critical(each) for each in form.item_groups))
    other = replace(design, forms=(critical,), entry=EntryPlan("items"))
    assert other.items_twice("FO.LBC") == ("IT.LBC.ALB",)


def _critical(group):
    items = tuple(replace(each, critical=each.name in ("ALB", "ALBI")) for each in group.items)
    return replace(group, items=items)


def test_the_second_pass_shows_and_takes_only_the_chosen_items(labs, enter, crcs):
    enter(labs, 1, BILI="12.5", ALB="41")
    labs.refresh_from_db()
    assert list(form_state(labs, crcs[1]).state.visible) == ["IT.LBC.BILI"], "before anything is typed"
    save_item(form=labs, path="IT.LBC.BILI", entry={"raw": "12.5"}, expected_version=0, actor=crcs[1])
    view = form_state(labs, crcs[1])
    sheet = form_sheet(labs, view.record, view.state, versions=view.versions)
    assert [cell.path for group in sheet.groups for cell in group.cells] == ["IT.LBC.BILI"]
    assert (view.state.progress.filled, view.state.progress.required) == (1, 1)
    with pytest.raises(InvalidInput) as refused:
        save_item(form=labs, path="IT.LBC.ALB", entry={"raw": "41"}, expected_version=0, actor=crcs[1])
    assert refused.value.fields == {"IT.LBC.ALB": "The second pass does not ask this item."}
    submit_entry(form=labs, actor=crcs[1])
    labs.refresh_from_db()
    assert labs.status == "complete"
    values = dict(ItemValue.objects.filter(form=labs, derived=False).values_list("item_oid", "value"))
    assert values == {"IT.LBC.BILI": "12.5", "IT.LBC.ALB": "41"}


def test_only_chosen_items_differ_and_count(labs, crcs, member):
    both = record({"IT.LBC.BILI": "12.5", "IT.LBC.ALB": "41"})
    submit_entry(form=labs, actor=crcs[0], record=both, source="test")
    submit_entry(form=labs, actor=crcs[1], record=record({"IT.LBC.BILI": "15.2"}), source="test")
    (found,) = labs.disagreements.all()
    assert (found.path, found.kind) == ("IT.LBC.BILI", "transposition")
    resolve_disagreement(
        disagreement=found, choice="second", entry=None, reason="Source", actor=member("dee", "data_manager")
    )
    values = dict(ItemValue.objects.filter(form=labs, derived=False).values_list("item_oid", "value"))
    assert values == {"IT.LBC.BILI": "15.2", "IT.LBC.ALB": "41"}
    counts = EntryCount.objects.filter(form_oid="FO.LBC").values_list("item_oid", "compared", "wrong")
    assert sorted(counts) == [("IT.LBC.BILI", 1, 0), ("IT.LBC.BILI", 1, 1)]


def test_rows_are_matched_by_the_chosen_items_and_keep_the_others(subject, complete, crcs):
    complete("FO.IC")
    complete("FO.ENR")
    form: FormDef = form_of(subject, "FO.TXS")
    rows = {"IG.TXSROW": ["1", "2"]}
    values = {f"IT.TXS.DRUG[{key}]": drug for key, drug in (("1", "ATEZO"), ("2", "BEV"))}
    doses = {"IT.TXS.DOSE[1]": "1200", "IT.TXS.DOSE[2]": "15"}
    submit_entry(form=form, actor=crcs[0], record=record(values | doses, rows), source="test")
    form.refresh_from_db()
    open_draft(form=form, actor=crcs[1])
    for dose in ("15", "1200"):
        key = add_row(form=form, group_oid="IG.TXSROW", actor=crcs[1])
        path = f"IT.TXS.DOSE[{key}]"
        save_item(form=form, path=path, entry={"raw": dose}, expected_version=0, actor=crcs[1])
    submit_entry(form=form, actor=crcs[1])
    form.refresh_from_db()
    assert form.status == "complete"
    held = ItemValue.objects.filter(form=form, item_oid="IT.TXS.DRUG").values_list("row_key", "value")
    assert dict(held) == {"1": "ATEZO", "2": "BEV"}
