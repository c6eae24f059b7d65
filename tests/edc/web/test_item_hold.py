"""One item frozen, locked and opened again beside the form."""

import pytest
from django.urls import reverse

from edc.models import AuditEvent, Hold
from edc.services.lock import Spot, place_hold
from tests.edc.web.entry_door import browser

SEX, AGE = "IT.DM.SEX", "IT.DM.AGE"


@pytest.fixture
def form(complete):
    return complete("FO.DM")


@pytest.fixture
def manager(member):
    return member("meg", "data_manager")


def panel(user, form, path=SEX):
    return browser(user).get(reverse("form-panel", args=[form.pk]), {"path": path}).content.decode()


def hold(user, form, act, kind="freeze", **more):
    sent = {"level": "item", "place": form.pk, "path": SEX, "act": act, "kind": kind, "reason": "Endpoint"}
    return browser(user).post(reverse("lock-hold"), sent | more)


def test_a_data_manager_freezes_one_item_and_lifts_it_with_reasons(form, manager, crcs):
    assert 'value="lift"' not in panel(manager, form)
    answer = hold(manager, form, "place")
    held = Hold.objects.get()
    shown = panel(crcs[0], form)

    assert (answer.status_code, answer.url) == (302, reverse("form-entry", args=[form.pk]))
    assert (held.level, held.path, held.kind) == ("item", SEX, "freeze")
    assert "Endpoint" in shown
    assert "tab=correct" not in shown
    assert "tab=correct" in panel(crcs[0], form, AGE)
    assert 'value="lift"' in panel(manager, form)

    hold(manager, form, "lift", reason="Source corrected")
    held.refresh_from_db()
    row = AuditEvent.objects.get(action="hold.lifted")

    assert held.lifted_reason == "Source corrected"
    assert (row.path, row.reason, row.subject) == (SEX, "Source corrected", form.subject)
    assert "tab=correct" in panel(crcs[0], form)


@pytest.mark.parametrize("role", ["crc", "monitor", "investigator"])
def test_others_find_no_control_and_are_refused(form, member, role):
    user = member("ivy", role)
    assert 'name="level"' not in panel(user, form)
    assert hold(user, form, "place").status_code == 403
    assert not Hold.objects.exists()


def test_a_wider_freeze_is_told_beside_the_item(form, manager, crcs):
    place_hold(spot=Spot(form.subject), kind="freeze", reason="Interim", actor=manager)
    shown = panel(crcs[0], form)
    assert "The subject is frozen" in shown
    assert "tab=correct" not in shown
