"""The differences between two designs: each named once, with what it can do to data."""

from dataclasses import replace

from edc.design.diff import Weight, design_diff, touched_forms
from edc.design.diff_words import KINDS, THINGS, words_of
from tests.factories.amendments import amended_design
from tests.factories.designs import design_with_new_formula, small_design

OLD, NEW = small_design(), amended_design()


def found(changes):
    return {(each.kind, each.about, each.oid) for each in changes}


def test_equal_designs_do_not_differ():
    assert design_diff(OLD, small_design()) == ()


def test_an_amendment_is_told_thing_by_thing():
    assert found(design_diff(OLD, NEW)) == {
        ("removed", "item", "IT.DM.NOTE"),
        ("added", "item", "IT.DM.HEIGHT"),
        ("text", "item", "IT.DM.AGE"),
        ("range", "item", "IT.DM.AGE"),
        ("unit", "item", "IT.LBC.BILI"),
        ("removed", "event", "SE.AE"),
        ("window", "event", "SE.BASELINE"),
        ("added", "visit_form", "SE.BASELINE FO.TXS"),
        ("added", "rule", "EC902"),
        ("retired", "code", "CL.SEX M"),
        ("added", "code", "CL.SEX U"),
    }


def test_the_way_back_is_the_amendment_reversed():
    back = {"added": "removed", "removed": "added", "retired": "restored"}
    forth = {(back.get(kind, kind), about, oid) for kind, about, oid in found(design_diff(OLD, NEW))}
    assert found(design_diff(NEW, OLD)) == forth


def test_wording_and_new_or_retired_codes_touch_no_data():
    assert touched_forms(design_diff(OLD, NEW)) == {"FO.DM", "FO.LBC"}
    words = [each for each in design_diff(OLD, NEW) if each.about == "code"]
    assert {each.weight for each in words} == {Weight.WORDS}


def test_a_code_taken_out_touches_every_form_that_asks_it():
    drug = OLD.codelist("CL.DRUG")
    codelists = tuple(replace(each, items=each.items[1:]) if each is drug else each for each in OLD.codelists)
    (change,) = design_diff(OLD, small_design(codelists=codelists))
    assert (change.kind, change.oid, change.forms, change.weight) == (
        "removed", "CL.DRUG ATEZO", ("FO.TXS",), Weight.VALUES,
    )  # fmt: skip


def test_another_formula_names_both():
    (change,) = design_diff(OLD, design_with_new_formula())
    assert (change.kind, change.oid) == ("formula", "IT.LBC.ALBI")
    assert "albi(BILI, ALB) + 1" in change.after.en
    assert "2015" in change.before.en


def test_items_in_another_order_are_one_change_of_the_form():
    form = OLD.form("FO.AE"), OLD.form("FO.DM")
    group = form[1].item_groups[0]
    turned = replace(form[1], item_groups=(replace(group, items=group.items[::-1]),))
    later = small_design(forms=tuple(turned if each.oid == "FO.DM" else each for each in OLD.forms))
    assert found(design_diff(OLD, later)) == {("reordered", "form", "FO.DM")}


def test_every_change_has_words_in_both_languages():
    for change in (*design_diff(OLD, NEW), *design_diff(NEW, OLD)):
        words = words_of(change)
        assert THINGS[change.about].zh in words.zh
        assert KINDS[change.kind].en in words.en
    age = next(each for each in design_diff(OLD, NEW) if each.kind == "range")
    assert words_of(age).en == (
        "Item “Age at consent” (IT.DM.AGE): other range, 0 – 120; … – 90 → 18 – 120; … – 50"
    )
