"""Rows of a completed form change with a reason only; keys are never used again."""

import pytest
from django.urls import reverse

from edc.models import AuditEvent, ItemValue, Observation, Query
from edc.services.entry import add_row, remove_row, save_item, submit_entry
from edc.services.query import raise_query
from tests.edc.web.entry_door import browser, get
from tests.factories.entering import entry, form_of

GROUP = "IG.TXSROW"
ADD = {"act": "add", "raw-IT.TXS.DRUG": "BEV", "raw-IT.TXS.DOSE": "900", "raw-IT.TXS.TXDAT": "2026年3月5日"}


@pytest.fixture
def form(subject, complete, crcs):
    """Return a completed form in whose first draft row 1 was added and taken away."""
    complete("FO.IC")
    made = form_of(subject, "FO.TXS")
    key = add_row(form=made, group_oid=GROUP, actor=crcs[0])
    remove_row(form=made, group_oid=GROUP, key=key, actor=crcs[0])
    for crc in crcs:
        save_item(form=made, path="IT.TXS.TXLINE", entry=entry("1"), expected_version=0, actor=crc)
        submit_entry(form=made, actor=crc)
    return form_of(subject, "FO.TXS")


def post(user, form, **sent):
    given = {"group": GROUP, "reason_code": "source_updated"} | sent
    return browser(user).post(reverse("form-correct-rows", args=[form.pk]), given)


@pytest.mark.requirement("I9")
def test_a_row_is_added_whole_with_its_reason_and_a_key_never_used(form, crcs):
    answer = post(crcs[0], form, **ADD)
    values = dict(ItemValue.objects.filter(form=form, row_key="2").values_list("item_oid", "value"))
    event = AuditEvent.objects.get(action="row.added")

    assert answer.status_code == 302
    assert values["IT.TXS.DRUG"] == "BEV"
    assert values["IT.TXS.TXDAT"] == "2026-03-05"
    assert (event.path, event.reason, event.after["IT.TXS.DOSE[2]"]["raw"]) == (
        f"{GROUP}[2]",
        "source_updated",
        "900",
    )
    assert Observation.objects.filter(form=form, stream="adjudicated").get().reason == "source_updated"


@pytest.mark.requirement("I2")
def test_a_row_is_removed_with_its_values_and_queries_and_its_key_is_not_used_again(form, crcs, member):
    post(crcs[0], form, **ADD)
    query = raise_query(form=form, path="IT.TXS.DOSE[2]", text="Why?", actor=member("meg", "data_manager"))
    removed = post(crcs[1], form, act="remove", key="2")
    post(crcs[0], form, **ADD)

    assert removed.status_code == 302
    query.refresh_from_db()
    assert query.state in (Query.State.CLOSED, Query.State.CANCELLED)
    assert AuditEvent.objects.get(action="row.removed").before["IT.TXS.DRUG[2]"]["raw"] == "BEV"
    rows = Observation.objects.filter(form=form, stream="adjudicated").order_by("-revision")
    assert [each.content["rows"][GROUP] for each in rows] == [["3"], [], ["2"]]
    assert not ItemValue.objects.filter(row_key="2", value__isnull=False).exists()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({**ADD, "raw-IT.TXS.DOSE": ""}, 422),
        ({**ADD, "raw-IT.TXS.DOSE": "much"}, 422),
        ({**ADD, "reason_code": ""}, 422),
        ({**ADD, "group": "IG.TXS"}, 422),
        ({"act": "remove", "key": "9"}, 409),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(form, crcs, sent, status):
    assert post(crcs[0], form, **sent).status_code == status
    assert not AuditEvent.objects.filter(action__startswith="row.").exists()
    assert not Observation.objects.filter(form=form, stream="adjudicated").exists()


@pytest.mark.parametrize("role", ["data_manager", "monitor", "investigator"])
def test_only_who_enters_data_corrects_rows(form, member, role):
    assert post(member("zoe", role), form, **ADD).status_code == 403


def test_the_page_of_a_completed_form_offers_it(form, crcs):
    page = get(browser(crcs[0]), form).content.decode()
    assert "Add a row with a reason" in page
    assert "Remove a row with a reason" not in page
    post(crcs[0], form, **ADD)
    assert "Remove a row with a reason" in get(browser(crcs[0]), form).content.decode()
