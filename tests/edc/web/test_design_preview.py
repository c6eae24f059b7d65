"""A form of a draft as entry shows it: logic, units, missing codes and rows answer, and nothing is saved."""

import json

import pytest
from django.urls import reverse

from edc.models import AuditEvent, DraftItem, FormInstance
from edc.services.design_draft import Brought, Change, change_draft, replace_draft, start_draft
from edc.services.design_draft.content import document_of

pytestmark = [pytest.mark.usefixtures("english"), pytest.mark.django_db]
LBC, TXS = "FO.LBC", "FO.TXS"


@pytest.fixture
def draft(client, member, study):
    writer = member("wen", "data_manager")
    client.force_login(writer)
    return start_draft(study=study, name="Amendment 1", actor=writer)


@pytest.fixture
def trial(client, draft):
    """Return a function that does one act on the preview with the record that the last answer gave."""
    kept = {"record": {"items": {}, "rows": {}, "last": {}}}

    def act(form, do, **sent):
        url = f"{reverse('design-preview', args=[draft.pk, form])}?do={do}"
        headers = {"accept": "application/json, application/problem+json"}
        answer = client.post(url, json.dumps(kept | sent), "application/json", headers=headers)
        body = answer.json()
        if answer.status_code == 200:
            kept["record"] = body["record"]
        return answer.status_code, body

    return act


def test_a_preview_is_the_page_of_entry_and_keeps_nothing(client, draft, trial):
    before = AuditEvent.objects.count(), FormInstance.objects.count(), document_of(draft)

    page = client.get(reverse("design-preview", args=[draft.pk, LBC]))
    _status, body = trial(LBC, "save", path="IT.LBC.BILI", raw="1.4", unit="mg/dL", version=0)

    assert "edc/form_entry_control.html" in {each.name for each in page.templates}
    assert b'data-path="IT.LBC.BILI"' in page.content
    assert b"nothing is saved" in page.content
    assert body["record"]["items"]["IT.LBC.BILI"]["unit"] == "mg/dL"
    assert body["items"]["IT.LBC.BILI"]["shape"] in ("done", "soft")
    assert DraftItem.objects.count() == 0
    assert (AuditEvent.objects.count(), FormInstance.objects.count(), document_of(draft)) == before


def test_rows_come_and_go_and_a_key_is_never_given_again(trial):
    status, body = trial(TXS, "rows", group="IG.TXSROW")
    assert (status, body["key"]) == (200, "1")
    assert 'data-row="1"' in body["html"]
    assert trial(TXS, "rows", group="IG.TXSROW", remove="1")[1]["record"]["rows"] == {"IG.TXSROW": []}
    assert trial(TXS, "rows", group="IG.TXSROW")[1]["key"] == "2"


def test_a_row_that_goes_takes_its_own_items_and_no_other_group_s(draft, trial):
    document = document_of(draft)
    form = next(each for each in document["forms"] if each["oid"] == TXS)
    group = next(each for each in form["item_groups"] if each["oid"] == "IG.TXSROW")
    item = group["items"][0]
    second = group | {"oid": "IG.TXSMORE", "items": [item | {"oid": "IT.TXS.MORE", "name": "MORE"}]}
    brought = Brought(
        {"forms": [e | {"item_groups": [*e["item_groups"], second]} if e is form else e
                   for e in document["forms"]]}, "x")  # fmt: skip
    assert replace_draft(draft=draft, brought=brought, revision=1, actor=draft.started_by).faults == []
    code = document["codelists"][item["codelist"]]["items"][0]
    entry = {"raw": code["code"], "unit": None, "missing": None}
    paths = (f"{item['oid']}[1]", "IT.TXS.MORE[1]")
    rows = {"IG.TXSROW": ["1"], "IG.TXSMORE": ["1"]}
    record = {"items": dict.fromkeys(paths, entry), "rows": rows, "last": {}}
    status, body = trial(TXS, "rows", group="IG.TXSROW", remove="1", record=record)
    assert (status, list(body["record"]["items"])) == (200, ["IT.TXS.MORE[1]"])


def test_submitting_names_what_is_owed_and_then_says_what_entry_would_do(trial):
    status, body = trial(LBC, "submit")
    assert status == 422
    for path in body["errors"]:
        assert trial(LBC, "save", path=path, raw=None, missing="ND", version=0)[0] == 200
    status, body = trial(LBC, "submit")
    assert (status, "Nothing was saved" in body["said"]) == (200, True)


def test_what_an_entry_would_hide_is_asked_about_first(draft, trial):
    document = document_of(draft)
    item = next(i for f in document["forms"] if f["oid"] == LBC for g in f["item_groups"] for i in g["items"]
                if i["oid"] == "IT.LBC.ALB")  # fmt: skip
    from edc.design.editing import seal

    at = ("forms", LBC, "IG.LBC", "IT.LBC.ALB")
    fields = item | {"show_when": "!present(BILI)"}
    change_draft(draft=draft, change=Change("put", at, fields, seen=seal(item, at)), actor=draft.started_by)
    assert trial(LBC, "save", path="IT.LBC.ALB", raw="40", version=0)[0] == 200

    status, body = trial(LBC, "save", path="IT.LBC.BILI", raw="9", version=0)
    assert (status, body["code"]) == (409, "hides_values")
    status, body = trial(LBC, "save", path="IT.LBC.BILI", raw="9", version=0, drop_hidden=True)
    assert (status, body["erased"]) == (200, {"IT.LBC.ALB": 0})
    assert "IT.LBC.ALB" not in body["record"]["items"]


def test_a_page_out_of_shape_and_a_form_that_is_not_there(client, draft, trial):
    url = reverse("design-preview", args=[draft.pk, LBC])
    assert client.post(f"{url}?do=save", "[]", "application/json").status_code == 422
    assert client.post(f"{url}?do=save", "{}", "application/json").status_code == 422
    assert trial(LBC, "rows", group="IG.NONE")[0] == 422
    assert client.get(reverse("design-preview", args=[draft.pk, "FO.NONE"])).status_code == 302
    panel = client.get(reverse("design-preview-panel", args=[draft.pk, LBC]), {"path": "IT.LBC.BILI"})
    assert b"IT.LBC.BILI" in panel.content
