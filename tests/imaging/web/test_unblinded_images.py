"""Images opened by who knows the subject, while the blinded reads are not sealed, are in the audit trail."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from edc.models import AuditEvent, FormInstance, User
from imaging.models import Read, Series
from imaging.services.reads import assign_reads

pytestmark = pytest.mark.django_db


def seen() -> list[tuple[str, str]]:
    rows = AuditEvent.objects.filter(action="view.images").order_by("pk")
    return [(row.actor.username, row.channel) for row in rows]


@pytest.fixture
def metadata(series: Series) -> str:
    study = series.imaging_study.study_instance_uid
    return f"/api/v1/dicom-web/studies/{study}/series/{series.series_instance_uid}/metadata"


def test_each_opening_is_a_row_until_both_reads_are_sealed(
    page: Callable[[User], Client], form: FormInstance, series: Series, member: Callable[..., User], crc: User
) -> None:
    pi, readers = member("pi", "investigator"), [member(name, "radiologist") for name in ("r1", "r2")]
    doors = {person: page(person) for person in (crc, pi)}
    for _time in range(2):
        assert all(door.get(f"/imaging/forms/{form.pk}/").status_code == 200 for door in doors.values())
    assert seen() == [("pi", "page")] * 2

    reads = assign_reads(
        imaging_study=series.imaging_study, readers=readers, actor=member("meg", "data_manager")
    )
    for read in reads:
        Read.objects.filter(pk=read.pk).update(
            status="submitted", submitted_at=timezone.now(), content_sha256="0" * 64
        )
    doors[pi].get(f"/imaging/forms/{form.pk}/")
    assert len(seen()) == 2


def test_the_viewer_and_programs_are_a_row_a_sitting_and_readers_of_their_own_reads_none(
    api: Callable[..., APIClient], series: Series, metadata: str, member: Callable[..., User]
) -> None:
    readers = [member(name, "radiologist") for name in ("r1", "r2")]
    assign_reads(imaging_study=series.imaging_study, readers=readers, actor=member("meg", "data_manager"))
    clinician = api(member("kim", "clinician"))
    for _time in range(2):
        assert clinician.get(metadata).status_code == 200
    assert api(readers[0]).get(metadata).status_code == 200

    assert seen() == [("kim", "api")]
