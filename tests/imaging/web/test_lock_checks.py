"""The lines that images add to the checklist of a lock; each number opens the forms that it counts."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from edc.models import FormInstance, User
from edc.services.schedule import hold_event
from imaging.models import Read, Series, UploadSession
from tests.factories.imaging import ReadFactory
from tests.imaging.conftest import ball

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(page: Callable[[User], Client], member: Callable[..., User]) -> Client:
    return page(member("meg", "data_manager"))


def lines(client: Client, form: FormInstance) -> dict[str, tuple[int, list[int]]]:
    """Return by line of the subject's checklist its number and the forms that its address lists."""
    places = client.get(f"/locks/?site={form.subject.site.oid}").context["places"]
    place = next(each for each in places if each.pk == form.subject_id)
    found = {}
    for line in place.checks:
        if line.url.startswith("/imaging/"):
            rows = client.get(line.url).context["rows"]
            found[line.key] = (line.count, [row["form"].pk for row in rows])
    return found


def test_images_that_are_owed_stand_in_the_way(manager: Client, form: FormInstance, crc: User) -> None:
    before = lines(manager, form)
    hold_event(event=form.event, held_on=date(2026, 11, 1), actor=crc)

    assert before["images_missing"] == (0, [])
    assert lines(manager, form) == {
        "images_missing": (1, [form.pk]),
        "uploads_open": (0, []),
        "reads_open": (0, []),
    }


def test_an_open_upload_and_an_unsealed_read_stand_in_the_way(
    manager: Client, form: FormInstance, crc: User, deliver: Callable[..., dict]
) -> None:
    deliver(ball())
    read = ReadFactory(imaging_study=Series.objects.get().imaging_study)
    UploadSession.objects.update(status=UploadSession.Status.OPEN)

    assert lines(manager, form) == {
        "images_missing": (0, []),
        "uploads_open": (1, [form.pk]),
        "reads_open": (1, [form.pk]),
    }
    UploadSession.objects.update(status=UploadSession.Status.SUBMITTED)
    Read.objects.filter(pk=read.pk).update(status=Read.Status.SUBMITTED)
    assert {count for count, _rows in lines(manager, form).values()} == {0}
