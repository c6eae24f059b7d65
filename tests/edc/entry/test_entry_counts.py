"""The counts behind the rates of entry errors, and their exact limits."""

import pytest

from edc.models import EntryCount
from edc.rules.proportions import clopper_pearson
from edc.services.entry import submit_entry
from edc.services.entry_counts import recount
from edc.services.reconcile import resolve_disagreement
from tests.factories.entering import form_of, record


@pytest.mark.parametrize(
    ("events", "trials", "low", "high"),
    [  # No event: 1 - 0.025 ** (1 / n); the middle ones as R's binom.test prints them.
        (0, 10, 0.0, 0.3084971),
        (3, 10, 0.06673951, 0.6524529),
        (5, 1000, 0.001625494, 0.01162938),
        (10, 10, 0.6915029, 1.0),
        (0, 0, 0.0, 1.0),
    ],
)
def test_exact_limits(events, trials, low, high):
    assert clopper_pearson(events, trials) == pytest.approx((low, high), abs=1e-6)


def test_more_events_than_trials_are_refused():
    with pytest.raises(ValueError, match="4 of 3"):
        clopper_pearson(4, 3)


def counts(**filters):
    found = EntryCount.objects.filter(**filters)
    return {(each.person.username, each.item_oid): (each.compared, each.wrong) for each in found}


def resolve(form, path, choice, actor):
    found = form.disagreements.get(path=path)
    value = {"raw": "60", "unit": None, "missing": None} if choice == "other" else None
    return resolve_disagreement(disagreement=found, choice=choice, entry=value, reason="Source", actor=actor)


@pytest.fixture
def disputed(subject, complete, enter, member):
    complete("FO.IC")
    form = form_of(subject, "FO.DM")
    enter(form, 1, AGE="58", SEX="F", NOTE="ok")
    enter(form, 2, AGE="85", SEX="M")
    return form_of(subject, "FO.DM")


def test_both_peoples_entries_count_at_once_and_the_errors_when_all_is_resolved(disputed, member, crcs):
    manager = member("meg", "data_manager")
    places = {(who.username, f"IT.DM.{name}"): (1, 0) for who in crcs for name in ("SEX", "AGE", "NOTE")}
    assert counts(form_oid="FO.DM") == places

    resolve(disputed, "IT.DM.AGE", "first", manager)
    resolve(disputed, "IT.DM.SEX", "second", manager)
    assert counts(form_oid="FO.DM") == places
    resolve(disputed, "IT.DM.NOTE", "first", manager)

    ada, grace = (each.username for each in crcs)
    wrong = {(grace, "IT.DM.AGE"): (1, 1), (ada, "IT.DM.SEX"): (1, 1), (grace, "IT.DM.NOTE"): (1, 1)}
    assert counts(form_oid="FO.DM") == places | wrong


def test_a_third_value_is_an_error_of_both(subject, complete, enter, member, crcs):
    complete("FO.IC")
    form = form_of(subject, "FO.DM")
    enter(form, 1, AGE="58")
    enter(form, 2, AGE="59")
    resolve(form, "IT.DM.AGE", "other", member("meg", "data_manager"))
    assert counts(item_oid="IT.DM.AGE") == {(each.username, "IT.DM.AGE"): (1, 1) for each in crcs}


def test_a_row_that_one_pass_lacks_has_nothing_to_compare_with(subject, complete, crcs, member):
    complete("FO.IC")
    form = form_of(subject, "FO.TXS")
    one = {"IT.TXS.DRUG[1]": "BEV", "IT.TXS.DOSE[1]": "975"}
    two = one | {"IT.TXS.DRUG[2]": "ATEZO", "IT.TXS.DOSE[2]": "1200"}
    submit_entry(form=form, actor=crcs[0], record=record(one, {"IG.TXSROW": ["1"]}))
    submit_entry(form=form, actor=crcs[1], record=record(two, {"IG.TXSROW": ["1", "2"]}))
    resolve(form_of(subject, "FO.TXS"), "IG.TXSROW[2]", "second", member("meg", "data_manager"))
    assert set(counts(form_oid="FO.TXS").values()) == {(1, 0)}


def test_counting_anew_gives_the_same_numbers(disputed, member):
    manager = member("meg", "data_manager")
    for path, choice in (("IT.DM.AGE", "first"), ("IT.DM.SEX", "second"), ("IT.DM.NOTE", "first")):
        resolve(disputed, path, choice, manager)
    held = counts()
    EntryCount.objects.update(compared=99, wrong=7)

    assert recount(disputed.subject.study) > 0
    assert counts() == held
