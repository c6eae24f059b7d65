"""A row removed from a draft is taken back before submit; the list of drafts tells nothing of their text."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from edc.models import AuditEvent, Draft
from edc.services.entry import add_row, remove_row, save_item
from edc.services.entry.release import LEFT_AFTER
from tests.edc.web.entry_door import browser, get, post
from tests.factories.entering import entry, form_of

GROUP, DRUG = "IG.TXSROW", "IT.TXS.DRUG"


@pytest.fixture
def form(subject, complete, crcs):
    """Return a form whose draft has the rows 1 and 2, of which 1 was removed."""
    complete("FO.IC")
    made = form_of(subject, "FO.TXS")
    for drug in ("BEV", "ATE"):
        key = add_row(form=made, group_oid=GROUP, actor=crcs[0])
        path = f"{DRUG}[{key}]"
        save_item(form=made, path=path, entry=entry(drug), expected_version=0, actor=crcs[0])
    remove_row(form=made, group_oid=GROUP, key="1", actor=crcs[0])
    return made


def test_a_removed_row_comes_back_at_its_place_with_what_it_held(form, crcs):
    door = browser(crcs[0])
    offered = get(door, form).context["page_data"]["removed"]
    answer = post(door, "form-rows", form, group=GROUP, restore="1").json()
    draft = form.drafts.get()
    row = AuditEvent.objects.get(action="draft.row_restored")

    assert [(each["group"], each["key"]) for each in offered] == [(GROUP, "1")]
    assert offered[0]["words"]
    assert (answer["key"], answer["removed"]) == ("1", [])
    assert f'data-path="{DRUG}[1]"' in answer["html"]
    assert (draft.rows[GROUP], draft.retired_rows[GROUP]) == (["1", "2"], [])
    assert draft.items.get(path=f"{DRUG}[1]").entry == entry("BEV")
    assert (row.path, row.after, row.blinded) == (f"{GROUP}[1]", {f"{DRUG}[1]": entry("BEV")}, "entry-1")


def test_a_row_that_was_never_removed_is_not_taken_back(form, crcs):
    door = browser(crcs[0])
    answers = [post(door, "form-rows", form, group=GROUP, restore=key).status_code for key in ("2", "9", "x")]
    assert answers == [409, 409, 409]
    assert not AuditEvent.objects.filter(action="draft.row_restored").exists()


def test_the_key_of_a_row_that_came_back_is_still_never_used_again(form, crcs):
    door = browser(crcs[0])
    post(door, "form-rows", form, group=GROUP, restore="1")
    assert post(door, "form-rows", form, group=GROUP).json()["key"] == "3"


def test_a_program_takes_a_row_back_by_put(form, crcs):
    address = reverse("api:form-draft-row", args=[form.pk, GROUP, "1"])
    answer = browser(crcs[0]).put(address, headers={"Idempotency-Key": "back-1"})
    assert answer.status_code == 200, answer.content
    assert form.drafts.get().rows[GROUP] == ["1", "2"]


def test_the_list_names_the_drafts_that_were_left_and_nothing_of_their_text(form, crcs, member, other_site):
    manager = browser(member("meg", "data_manager"))
    now = manager.get(reverse("drafts-left")).content.decode()
    Draft.objects.update(saved_at=timezone.now() - LEFT_AFTER - timedelta(hours=1))
    later = manager.get(reverse("drafts-left")).content.decode()
    elsewhere = browser(member("max", "data_manager", other_site)).get(reverse("drafts-left"))

    assert "Left behind" not in now
    assert str(crcs[0]) in now
    assert "Left behind" in later
    assert reverse("form-entry", args=[form.pk]) in later
    assert "BEV" not in later
    assert reverse("form-entry", args=[form.pk]) not in elsewhere.content.decode()
    assert browser(crcs[0]).get(reverse("drafts-left")).status_code == 403
