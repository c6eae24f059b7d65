"""The pages of deliveries: the list, one form with its panel, phases confirmed, and who may see what."""

import json
import re
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from edc.models import AuditEvent, FormInstance, Query, Site, User
from edc.services.enrol import enrol_subject
from edc.services.schedule import hold_event
from imaging.models import Series
from tests.imaging.conftest import ball

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(page: Callable[[User], Client], crc: User) -> Client:
    return page(crc)


def address(form: FormInstance) -> str:
    return f"/imaging/forms/{form.pk}/"


def test_the_list_tells_which_images_are_missing(client: Client, form: FormInstance, crc: User) -> None:
    before = client.get("/imaging/forms/").context["rows"]
    hold_event(event=form.event, held_on=date(2026, 11, 1), actor=crc)

    after = client.get("/imaging/forms/?show=missing").context["rows"]

    assert {row["form"].state for row in before} == {"waiting"}
    assert [row["form"].pk for row in after] == [form.pk]


def test_the_list_shows_what_a_delivery_came_to(
    client: Client, form: FormInstance, deliver: Callable[..., dict]
) -> None:
    deliver(ball())

    rows = {row["form"].pk: row for row in client.get("/imaging/forms/").context["rows"]}

    assert (rows[form.pk]["form"].state, rows[form.pk]["form"].series_count) == ("deviation", 1)


def test_the_list_is_searched_sorted_and_filtered_by_address(
    client: Client, form: FormInstance, site: Site, crc: User
) -> None:
    enrol_subject(site=site, actor=crc)

    def keys(query: str) -> list[str]:
        return [
            row["form"].subject.subject_key for row in client.get(f"/imaging/forms/?{query}").context["rows"]
        ]

    assert set(keys("q=0002")) == {"01-0002"}
    assert keys("sort=subject") == sorted(keys("sort=subject"))
    assert keys("show=conforms") == []
    assert client.get("/imaging/forms/?page=99&sort=nonsense&show=nonsense").status_code == 200


def test_the_list_needs_as_many_queries_for_many_subjects_as_for_one(
    client: Client, form: FormInstance, site: Site, crc: User
) -> None:
    client.get("/imaging/forms/")
    with CaptureQueriesContext(connection) as for_one:
        client.get("/imaging/forms/")
    for _more in range(4):
        enrol_subject(site=site, actor=crc)

    with CaptureQueriesContext(connection) as for_five:
        assert len(client.get("/imaging/forms/").context["rows"]) == 10
    assert len(for_five) <= len(for_one) + 1


def test_the_panel_offers_the_upload_to_who_may_deliver(client: Client, form: FormInstance) -> None:
    text = client.get(address(form)).content.decode()

    settings = json.loads(
        re.search(r'<script id="upload-settings" type="application/json">(.*?)</script>', text)[1]
    )
    assert settings["uploads"] == "/api/v1/uploads/"
    assert settings["where"]["subject_key"] == form.subject.subject_key
    assert settings["where"]["form_oid"] == "FO.IMA"


@pytest.mark.parametrize(
    ("role", "page_status", "uploads", "sees_pixels"),
    [
        ("crc", 200, True, False),
        ("investigator", 200, False, True),
        ("clinician", 200, False, True),
        ("monitor", 200, False, False),
        ("data_manager", 200, False, False),
        ("radiologist", 404, False, False),
        ("data_scientist", 404, False, False),
        ("auditor", 404, False, False),
    ],
)
def test_each_role_gets_its_part_of_the_page(
    page: Callable[[User], Client], member: Callable[..., User], form: FormInstance,
    deliver: Callable[..., dict], role: str, page_status: int, uploads: bool, sees_pixels: bool,
) -> None:  # fmt: skip
    deliver(ball())

    answer = page(member("eve", role)).get(address(form))

    text = answer.content.decode()
    assert answer.status_code == page_status
    assert ("data-drop" in text, "data-viewer=" in text) == (uploads, sees_pixels)


def test_another_site_sees_neither_form_nor_list(
    page: Callable[[User], Client], member: Callable[..., User], form: FormInstance, other_site: Site
) -> None:
    client = page(member("eve", "crc", site=other_site))

    assert client.get(address(form)).status_code == 404
    assert client.get("/imaging/forms/").context["rows"] == []


def test_without_log_in_there_is_only_the_entrance(form: FormInstance) -> None:
    for path in ("/imaging/forms/", address(form), "/imaging/reads/"):
        assert Client().get(path)["Location"].startswith("/accounts/login/")


def test_a_date_that_differs_from_the_form_is_told(
    client: Client, form: FormInstance, deliver: Callable[..., dict], complete_date: Callable[[str], None]
) -> None:
    deliver(ball())
    complete_date("2024-03-11")
    wrong = client.get(f"{address(form)}series/").content.decode()
    complete_date("2024-03-12")
    right = client.get(f"{address(form)}series/").content.decode()

    assert "2024-03-11" in wrong
    assert 'role="alert"' in wrong
    assert 'role="alert"' not in right


@pytest.fixture
def complete_date(form: FormInstance, crc: User) -> Callable[[str], None]:
    """Return a function that types the study date into the person's draft of the form."""
    from edc.models import Draft, DraftItem

    draft = Draft.objects.create(form=form, stream="entry-1", observer=crc)

    def enter(day: str) -> None:
        entry = {"raw": day, "unit": None, "missing": None}
        DraftItem.objects.update_or_create(draft=draft, path="IT.IMA.IMDAT", defaults={"entry": entry})

    return enter


def confirm(client: Client, phase: str) -> object:
    return client.post(f"/imaging/series/{Series.objects.get().pk}/phase/", {"phase": phase})


def test_a_corrected_phase_is_judged_and_stays_through_the_next_delivery(
    client: Client, form: FormInstance, deliver: Callable[..., dict]
) -> None:
    deliver(ball())
    assert Series.objects.get().phase == "PVP"

    answer = confirm(client, "AP")

    assert answer.status_code == 200
    series = Series.objects.get()
    assert (series.phase, series.phase_confidence) == ("AP", 1.0)
    asked = Query.objects.get(form=form, origin=Query.Origin.IMAGING)
    assert asked.state == Query.State.OPEN
    deliver(ball())
    assert Series.objects.get().phase == "AP"
    event = AuditEvent.objects.get(action="series.phase_confirmed")
    assert (event.before["phase"], event.after["phase"]) == ("PVP", "AP")


def test_a_phase_that_the_study_does_not_know_is_refused(
    client: Client, deliver: Callable[..., dict]
) -> None:
    deliver(ball())

    assert confirm(client, "NOON").status_code == 422
    assert not AuditEvent.objects.filter(action="series.phase_confirmed").exists()


@pytest.mark.parametrize(("role", "status"), [("monitor", 403), ("investigator", 403), ("radiologist", 404)])
def test_only_who_delivers_confirms_a_phase(
    page: Callable[[User], Client], member: Callable[..., User], deliver: Callable[..., dict],
    role: str, status: int,
) -> None:  # fmt: skip
    deliver(ball())

    assert confirm(page(member("eve", role)), "AP").status_code == status
    assert Series.objects.get().phase == "PVP"


def test_a_page_in_english_shows_the_reasons_in_english(
    client: Client, form: FormInstance, deliver: Callable[..., dict]
) -> None:
    datasets = ball()
    deliver([*datasets[:2], *datasets[3:]])
    client.cookies["django_language"] = "en"

    text = client.get(address(form)).content.decode()

    assert "Slices are missing inside" in text
    assert "Missing phases: PLAIN, AP, DP" in text
