"""Soft and silent checks on a subject's data: what is asked, what is kept quiet, what ends by itself."""

from datetime import date

import pytest

from edc.design.protocol import RuleDef
from edc.models import AuditEvent, ItemValue, Query
from edc.selectors.checks import firing_counts
from edc.selectors.display import form_state
from edc.services.check_reasons import give_check_reason
from edc.services.entry import correct_item, save_item, submit_entry
from edc.services.platform_items import Filled, fill_items
from edc.services.query import answer_query, close_query, raise_query
from edc.services.schedule import hold_event
from tests.factories.designs import RULES, small_design, text
from tests.factories.entering import entry, form_of, record

SILENT = RuleDef(
    "EC903", "silent", text("Albumin above the usual"), form="FO.LBC", items=("ALB",), check="ALB <= 50"
)
FILLED = RuleDef(
    "EC904", "soft", text("Older than the lesions allow"), form="FO.DM", items=("AGE",),
    check="AGE <= 60 || !rows.LBC.exists(r, r.COUNTED > 3)",
)  # fmt: skip

LATEST = RuleDef(
    "EC905",
    "soft",
    text("Albumin low at the last visit"),
    form="FO.DM",
    items=("SEX",),
    check="LBC.ALB >= 20",
)


@pytest.fixture
def design():
    return small_design(entry="single", rules=(*RULES, SILENT, FILLED, LATEST))


@pytest.fixture
def done(enter, subject):
    """Complete forms, consent first, with some values; single entry."""
    enter(form_of(subject, "FO.IC"))

    def make(form_oid, **changes):
        form = form_of(subject, form_oid)
        enter(form, **changes)
        form.refresh_from_db()
        return form

    return make


def correct(form, path, raw, actor, *, drop_hidden=False):
    correct_item(
        form=form, path=path, entry=entry(raw), reason="Source", actor=actor, drop_hidden=drop_hidden
    )


def test_a_soft_firing_has_a_query_and_ends_with_the_change(done, crcs):
    done("FO.DM")
    form = done("FO.LBC", ALB="18")
    firing = form.firings.get()
    assert (firing.rule_oid, firing.severity, firing.query.state) == ("EC901", "soft", "open")
    assert firing.seen == {"DM.AGE": 58.0, "LBC.ALB": 18.0}

    correct(form, "IT.LBC.ALB", "38", crcs[0])

    firing.refresh_from_db()
    assert (firing.outcome, firing.ended_at is not None) == ("changed", True)
    assert Query.objects.get(form=form).state == "closed"


def test_a_silent_check_asks_nobody_and_no_form_shows_it(done, crcs, member):
    done("FO.DM")
    form = done("FO.LBC", ALB="55")

    assert form.firings.get().severity == "silent"
    assert not form.queries.exists()
    for actor in (crcs[0], member("meg", "data_manager")):
        assert form_state(form, actor).state.flags == ()


def test_a_silent_finding_ends_by_itself(done, crcs):
    done("FO.DM")
    form = done("FO.LBC", ALB="55")

    correct(form, "IT.LBC.ALB", "40", crcs[0])

    assert form.firings.get().outcome == "changed"


def test_a_reason_given_at_entry_answers_the_query_once_the_form_is_complete(done, subject, crcs):
    done("FO.DM")
    form, ada = form_of(subject, "FO.LBC"), crcs[0]
    for path, raw in (("IT.LBC.BILI", "12"), ("IT.LBC.ALB", "18")):
        save_item(form=form, path=path, entry=entry(raw), expected_version=0, actor=ada)
    give_check_reason(form=form, path="IT.LBC.ALB", rule_oid="EC901", text="Twice measured", actor=ada)

    submit_entry(form=form, actor=ada)

    query = Query.objects.get(form=form)
    assert query.state == "answered"
    assert [(each.author, each.text) for each in query.messages.all()] == [(ada, "Twice measured")]


def test_a_query_closed_by_a_person_counts_as_closed_without_a_change(done, crcs, member, study):
    manager = member("meg", "data_manager")
    done("FO.DM")
    first = done("FO.LBC", ALB="18")
    query = first.firings.get().query
    answer_query(query=query, text="As in the source", actor=crcs[0])
    close_query(query=query, text="Accepted", actor=manager)

    (counts,) = (each for each in firing_counts(manager, study) if each.rule_oid == "EC901")

    assert (counts.rule_oid, counts.fired, counts.open, counts.changed, counts.unchanged) == (
        "EC901", 1, 0, 0, 1,
    )  # fmt: skip
    assert counts.share == 0


def test_a_value_filled_by_the_platform_fires_a_check_of_another_form(done, system):
    dm = done("FO.DM", AGE="70")
    form = done("FO.LBC")

    fill_items(
        form=form, items={"IT.LBC.COUNTED": Filled("4", "SEG 1.2", {"masks": 4})}, actor=system, reason="x"
    )

    assert list(dm.firings.values_list("rule_oid", "outcome")) == [("EC904", "open")]
    held = ItemValue.objects.get(form=form, item_oid="IT.LBC.COUNTED")
    assert (held.value, held.derived, held.formula, held.inputs) == (4, True, "SEG 1.2", {"masks": 4})

    fill_items(form=form, items={"IT.LBC.COUNTED": Filled("2", "SEG 1.2")}, actor=system, reason="x")

    assert dm.firings.get().outcome == "changed"


def test_a_derived_value_holds_its_formula_and_what_it_read(done):
    form = done("FO.LBC")

    held = ItemValue.objects.get(form=form, item_oid="IT.LBC.ALBI")

    assert held.formula == "ALBI 2015"
    assert held.inputs == {"LBC.ALB": 41.0, "LBC.BILI": 12.5}


def test_an_item_that_a_correction_hides_is_nulled_and_comes_back_empty(done, crcs):
    form = done("FO.DM", SMOKER="Y", PACKYRS="20")

    correct(form, "IT.DM.SMOKER", "N", crcs[0], drop_hidden=True)

    assert not form.values.filter(item_oid="IT.DM.PACKYRS").exists()
    event = AuditEvent.objects.filter(action="value.changed", path="IT.DM.PACKYRS").latest("pk")
    assert (event.reason, event.after) == ("hidden by logic", None)

    correct(form, "IT.DM.SMOKER", "Y", crcs[0])

    assert not form.values.filter(item_oid="IT.DM.PACKYRS").exists()
    assert "IT.DM.PACKYRS" not in form_state(form, crcs[0]).record["items"]


def test_the_queries_of_a_hidden_item_close(done, crcs, member):
    form = done("FO.DM", SMOKER="Y", PACKYRS="20")
    query = raise_query(form=form, path="IT.DM.PACKYRS", text="Sure?", actor=member("meg", "data_manager"))

    correct(form, "IT.DM.SMOKER", "N", crcs[0], drop_hidden=True)

    query.refresh_from_db()
    assert query.state == "closed"


def test_a_visit_noted_on_another_day_is_judged_anew(done, subject, crcs):
    """The day of a visit says which record is the latest."""
    dm = done("FO.DM")
    low = done("FO.LBC", ALB="18")
    high = subject.forms.get(form_oid="FO.LBC", event__event_oid="SE.CYCLE")
    submit_entry(
        form=high, actor=crcs[0], record=record({"IT.LBC.BILI": "12", "IT.LBC.ALB": "40"}), source="test"
    )
    assert not dm.firings.filter(ended_at=None).exists()

    hold_event(event=low.event, held_on=date(2026, 7, 1), actor=crcs[0])

    assert list(dm.firings.filter(ended_at=None).values_list("rule_oid", "outcome")) == [("EC905", "open")]
