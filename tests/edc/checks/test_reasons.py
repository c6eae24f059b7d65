"""A reason for a questioned value is given in the item's panel and read by nobody else before completion."""

import pytest
from django.urls import reverse

from edc.models import CheckReason
from edc.services.entry import save_item
from tests.factories.entering import entry, form_of


@pytest.fixture
def form(complete, subject, crcs):
    """A draft of chemistry in which the albumin is questioned."""
    complete("FO.IC")
    complete("FO.DM")
    form = form_of(subject, "FO.LBC")
    save_item(form=form, path="IT.LBC.ALB", entry=entry("18"), expected_version=0, actor=crcs[0])
    return form


def give(client, form, **more):
    body = {"path": "IT.LBC.ALB", "rule": "EC901", "text": "Measured twice", **more}
    return client.post(reverse("form-reason", args=[form.pk]), body)


def panel(client, form):
    url = reverse("form-panel", args=[form.pk])
    return client.get(url, {"path": "IT.LBC.ALB", "tab": "guide"}).content.decode()


def test_the_panel_asks_why_and_keeps_the_reason(client, form, crcs):
    client.force_login(crcs[0])
    assert "Albumin is unusually low for this age" in panel(client, form)

    assert give(client, form).status_code == 200

    assert CheckReason.objects.get().text == "Measured twice"
    assert "Measured twice" in panel(client, form)


def test_the_other_person_sees_nothing_of_it(client, form, crcs):
    client.force_login(crcs[0])
    give(client, form)

    client.force_login(crcs[1])

    shown = panel(client, form)
    assert "Measured twice" not in shown
    assert "unusually low" not in shown


@pytest.mark.parametrize("more", [{"rule": "EC069"}, {"text": ""}, {"path": "IT.LBC.BILI"}])
def test_a_reason_is_for_what_is_questioned(client, form, crcs, more):
    client.force_login(crcs[0])

    assert give(client, form, **more).status_code == 422
    assert not CheckReason.objects.exists()
