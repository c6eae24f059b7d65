"""Before logic hides an item that holds a value the page asks; showing it again restores nothing."""

import json

import pytest
from django.urls import reverse

from edc.models import AuditEvent
from edc.services.entry import save_item
from edc.services.entry.draft import open_draft
from tests.factories.entering import entry, form_of


@pytest.fixture
def form(enter, subject, crcs):
    """A draft of demography in which smoking shows the pack-years, which are filled."""
    for number in (1, 2):
        enter(form_of(subject, "FO.IC"), number)
    form = form_of(subject, "FO.DM")
    for path, raw in (("IT.DM.SMOKER", "Y"), ("IT.DM.PACKYRS", "20")):
        save_item(form=form, path=path, entry=entry(raw), expected_version=0, actor=crcs[0])
    return form


@pytest.fixture
def save(client, crcs, form):
    client.force_login(crcs[0])
    client.cookies["django_language"] = "en"

    def post(raw, version, **more):
        body = {"path": "IT.DM.SMOKER", "raw": raw, "version": version, **more}
        return client.post(
            reverse("form-items", args=[form.pk]),
            json.dumps(body),
            content_type="application/json",
            headers={"accept": "application/problem+json"},
        )

    return post


def held(form, actor):
    return {item.path: item.entry["raw"] for item in open_draft(form=form, actor=actor).items.all()}


def test_the_page_asks_and_nothing_is_saved_meanwhile(form, save, crcs):
    answer = save("N", 1)

    assert answer.status_code == 409
    body = answer.json()
    assert (body["code"], body["errors"]) == ("hides_values", {"IT.DM.PACKYRS": "PACKYRS"})
    assert body["saved"]["raw"] == "Y"
    assert held(form, crcs[0]) == {"IT.DM.SMOKER": "Y", "IT.DM.PACKYRS": "20"}


def test_once_agreed_the_value_goes_with_its_reason(form, save, crcs):
    answer = save("N", 1, drop_hidden=True)

    assert answer.json()["erased"] == {"IT.DM.PACKYRS": 2}
    assert held(form, crcs[0]) == {"IT.DM.SMOKER": "N", "IT.DM.PACKYRS": None}
    event = AuditEvent.objects.filter(path="IT.DM.PACKYRS").latest("pk")
    assert (event.reason, event.before["raw"], event.after) == ("hidden by logic", "20", None)
    assert event.blinded == "entry-1"


def test_shown_again_it_is_empty(form, save, crcs):
    save("N", 1, drop_hidden=True)

    answer = save("Y", 2)

    assert answer.status_code == 200
    assert held(form, crcs[0])["IT.DM.PACKYRS"] is None


def test_a_change_that_hides_nothing_is_not_asked_about(form, save):
    assert save("Y", 1).status_code == 200
