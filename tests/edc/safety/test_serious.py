"""Which rows say serious, what a report asks of a form, and when the next one is owed."""

from datetime import UTC, datetime, timedelta

import pytest

from edc.safety.serious import asked_items, follow_up_due, serious_item, serious_rows
from tests.factories.designs import small_design
from tests.factories.safety import serious_events
from tests.studies import study_design


def test_only_rows_that_say_yes_are_serious():
    form = serious_events(small_design()).form("FO.AE")
    values = {"IT.AE.AESER[1]": "Y", "IT.AE.AESER[2]": "N", "IT.AE.AETERM[3]": "Y"}
    assert serious_rows(form, values) == {"1"}
    assert serious_rows(form, {}) == frozenset()


def test_a_form_without_the_item_says_nothing():
    form = small_design().form("FO.DM")
    assert serious_item(form) is None
    assert serious_rows(form, {"IT.DM.SMOKER": "Y"}) == frozenset()


def test_a_report_asks_the_items_of_the_real_form_in_its_own_order():
    form = study_design("ChiCTR2600120525").form("FO.AE")
    assert [item.name for item in asked_items(form)] == [
        "AETERM", "AECTCAE", "AETOXGR", "AESTDAT", "AEENDAT", "AESCRIT", "AEREL", "AEACN", "AEOUT",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("criteria", "days"), [(["HOSP"], 15), (["HOSP", "LIFE"], 7), (["DTH"], 7), ([], 15)]
)
def test_the_next_report_is_owed_sooner_where_life_was_at_stake(criteria, days):
    sent = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
    assert follow_up_due(criteria, sent) == sent + timedelta(days=days)
