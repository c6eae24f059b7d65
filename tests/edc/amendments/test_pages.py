"""The pages of amendments through the HTTP door: days by site, a rehearsal, its workbook, the migration."""

from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from edc.models import DesignMigration, Rehearsal, SiteActivation
from tests.edc.amendments.conftest import work
from tests.factories.entering import form_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, manager):
    client.force_login(manager)
    client.cookies["django_language"] = "en"
    return client


def test_a_rehearsal_is_asked_for_read_taken_along_and_followed(entered, later, page, study):
    from edc.services.amendment import migrate, rehearse  # noqa: PLC0415 - the worker's part

    page.post(reverse("rehearsal-start"), {"version": later.number, "site": ""})
    asked = Rehearsal.objects.get()
    assert 'hx-trigger="every 2s"' in page.get(reverse("rehearsal", args=[asked.pk])).content.decode()
    work(Rehearsal, asked.pk, rehearse)
    url = reverse("rehearsal", args=[asked.pk])
    assert page.get(url, {"part": "state"}).headers["HX-Refresh"] == "true"

    read = page.get(url, {"kind": "value_missing"})
    assert read.context["kinds"][0].label == "Forms moved to the new version"
    changed = {row.oid: row for row in page.get(url, {"kind": "derived_changed"}).context["effects"]}
    assert changed["IT.LBC.ALBI"].subject == entered.subject_key
    (far,) = page.get(url, {"kind": "value_out_of_range"}).context["effects"]
    assert (far.rule, far.before, far.after) == ("Outside the expected values", "58", "58")
    gone = {
        row.oid: (row.before, row.after)
        for row in page.get(url, {"kind": "value_dropped"}).context["effects"]
    }
    assert gone["IT.DM.NOTE"] == ("As told", "")
    assert f"forms/{form_of(entered, 'FO.DM').pk}/?item=IT.DM.HEIGHT" in read.content.decode()
    assert read.context["waits"] == ["S01"]

    book = load_workbook(BytesIO(page.get(reverse("rehearsal-workbook", args=[asked.pk])).content))
    effects = list(book["Effects"].values)
    assert len(effects) == 1 + len(asked.lines.get().effects)
    assert any("IT.DM.NOTE" in line for line in effects)
    assert not any("As told" in line for line in effects)
    assert ("Subjects", 1, 0) in {row[:3] for row in book["By site"].values}

    day = {"version": later.number, "active_from": timezone.localdate(), "approval": "EC 2026-9"}
    page.post(reverse("amendment-activate"), {**day, "site": ["S01", "S02"]})
    assert SiteActivation.objects.exclude(applied_at=None).count() == 2
    page.post(reverse("rehearsal-migrate", args=[asked.pk]), {"reason": "Amendment 2"})
    done = work(DesignMigration, asked.migration.pk, migrate)
    assert (done.state, done.counts) == ("done", Rehearsal.objects.get().counts)
    assert "Migration" in page.get(url).content.decode()
    assert "Design changes" in book.sheetnames
    assert "As told" not in page.get(url, {"kind": "value_dropped"}).content.decode()


def test_a_converted_value_is_shown_as_it_was_and_as_it_becomes(entered, rehearsed, page):
    url = reverse("rehearsal", args=[rehearsed().pk])
    (turned,) = page.get(url, {"kind": "value_converted"}).context["effects"]
    assert turned.oid == "IT.LBC.BILI"
    assert (turned.before, turned.after) == ("20 µmol/L", "20 µmol/L ≈ 1.170 mg/dL")


def test_who_sees_one_site_reads_its_numbers_alone(entered, later, rehearsed, client, member, other_site):
    rehearsal = rehearsed()
    client.force_login(member("dm2", "data_manager", site=other_site))
    read = client.get(reverse("rehearsal", args=[rehearsal.pk]), {"kind": "value_dropped"})
    assert [site.oid for site in read.context["sites"]] == ["S02"]
    assert read.context["subjects"] == [0]
    assert entered.subject_key not in read.content.decode()
    book = load_workbook(BytesIO(client.get(reverse("rehearsal-workbook", args=[rehearsal.pk])).content))
    assert entered.subject_key not in str([list(sheet.values) for sheet in book])


def test_a_day_is_named_field_by_field_where_it_is_wrong(later, page):
    wrong = {"version": later.number, "active_from": "2020-01-01", "approval": "EC", "site": ["S01"]}
    answer = page.post(reverse("amendment-activate"), wrong)
    assert answer.status_code == 422
    assert "today or a later day" in answer.content.decode()
    assert page.post(reverse("amendment-activate"), wrong | {"site": ["S99"]}).status_code == 422
    assert not SiteActivation.objects.exists()
