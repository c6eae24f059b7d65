"""Blinded reads through the pages: assigned to two people, measured, sealed, seen by their reader alone."""

import json
from collections.abc import Callable

import pytest
from django.test import Client

from edc.models import AuditEvent, FormInstance, Site, User
from imaging.models import ImagingStudy, Instance, Measurement, Read
from imaging.services.reads import assign_reads
from tests.imaging.conftest import ball

pytestmark = pytest.mark.django_db


@pytest.fixture
def images(deliver: Callable[..., dict]) -> ImagingStudy:
    deliver(ball())
    return ImagingStudy.objects.get()


@pytest.fixture
def readers(member: Callable[..., User]) -> tuple[User, User]:
    return member("lin", "radiologist"), member("chen", "radiologist")


@pytest.fixture
def manager(member: Callable[..., User]) -> User:
    return member("wang", "data_manager", study_wide=True)


@pytest.fixture
def mine(images: ImagingStudy, readers: tuple[User, User], manager: User) -> Read:
    return assign_reads(imaging_study=images, readers=readers, actor=manager)[0]


@pytest.fixture
def reader(page: Callable[[User], Client], readers: tuple[User, User]) -> Client:
    return page(readers[0])


def stroke(uid: str = "a1", **changes: object) -> dict:
    image = Instance.objects.order_by("instance_number")[2].sop_instance_uid
    points = [[0, 0, 0], [30, 40, 0]]
    record = {"uid": uid, "tool": "Length", "label": "T01", "sop_instance_uid": image, "points": points}
    return record | changes


def save(client: Client, read: Read, record: object) -> object:
    address = f"/imaging/reads/{read.pk}/measurements/"
    headers = {"accept": "application/problem+json"}
    return client.post(address, json.dumps(record), content_type="application/json", headers=headers)


def assign(client: Client, images: ImagingStudy, first: User | str, second: User | str) -> object:
    people = {"reader_1": getattr(first, "pk", first), "reader_2": getattr(second, "pk", second)}
    return client.post(f"/imaging/studies/{images.pk}/reads/", people)


def test_a_data_manager_assigns_two_readers_once(
    page: Callable[[User], Client], images: ImagingStudy, manager: User, readers: tuple[User, User]
) -> None:
    client = page(manager)

    for _turn in range(2):
        answer = assign(client, images, *readers)
        assert (answer.status_code, answer["Location"]) == (302, f"/imaging/forms/{images.form_id}/")

    assert list(images.reads.values_list("stream", "reader__username")) == [
        ("reader-1", "lin"), ("reader-2", "chen"),
    ]  # fmt: skip
    assert assign(client, images, readers[1], readers[0]).status_code == 409
    assert AuditEvent.objects.filter(action="read.assigned").count() == 2


def test_the_same_person_twice_or_one_without_the_right_is_refused(
    page: Callable[[User], Client], images: ImagingStudy, manager: User, readers: tuple[User, User], crc: User
) -> None:
    client = page(manager)

    for first, second in [(readers[0], readers[0]), (readers[0], crc), (readers[0], "")]:
        assert assign(client, images, first, second).status_code == 422
    assert not Read.objects.exists()


@pytest.mark.parametrize(
    ("role", "status"), [("crc", 403), ("investigator", 403), ("monitor", 403), ("radiologist", 404)]
)
def test_nobody_else_assigns_reads(
    page: Callable[[User], Client], member: Callable[..., User], images: ImagingStudy,
    readers: tuple[User, User], role: str, status: int,
) -> None:  # fmt: skip
    assert assign(page(member("eve", role)), images, *readers).status_code == status
    assert not Read.objects.exists()


def test_a_stroke_is_kept_with_diameters_computed_from_its_points(reader: Client, mine: Read) -> None:
    answer = save(reader, mine, stroke(length_mm=999))

    assert answer.json() == {"uid": "a1", "label": "T01", "long_axis_mm": 50.0, "short_axis_mm": None}
    mine.refresh_from_db()
    assert mine.status == Read.Status.STARTED
    assert mine.measurements.get().long_axis_tenths_mm == 500


def test_two_diameters_are_told_longer_first(reader: Client, mine: Read) -> None:
    points = [[0, 0, 0], [0, 12.34, 0], [-10, 6, 0], [10, 6, 0]]

    answer = save(reader, mine, stroke(tool="Bidirectional", points=points)).json()

    assert (answer["long_axis_mm"], answer["short_axis_mm"]) == (20.0, 12.3)


def test_a_changed_stroke_replaces_the_first_and_a_removed_one_goes(reader: Client, mine: Read) -> None:
    save(reader, mine, stroke())
    save(reader, mine, stroke(label="T02"))
    assert [each.lesion_label for each in Measurement.objects.all()] == ["T02"]

    for _turn in range(2):
        assert save(reader, mine, {"uid": "a1", "removed": True}).status_code == 200

    assert not Measurement.objects.exists()
    actions = AuditEvent.objects.filter(action__startswith="measurement.").order_by("pk")
    assert [each.action.split(".")[1] for each in actions] == ["saved", "saved", "removed"]
    assert {each.blinded for each in actions} == {"reader-1"}


@pytest.mark.parametrize(
    "change",
    [
        {"points": [[0, 0, 0]]},
        {"points": [[0, 0, 0], [0, 0, 0]]},
        {"points": [[0, 0, 0], [0, 5000, 0]]},
        {"points": [[0, 0], [1, 1]]},
        {"points": "no"},
        {"tool": "Brush"},
        {"uid": ""},
        {"sop_instance_uid": "1.2.3"},
    ],
)
def test_a_stroke_that_cannot_be_is_refused(reader: Client, mine: Read, change: dict) -> None:
    answer = save(reader, mine, stroke(**change))

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert not Measurement.objects.exists()


@pytest.mark.parametrize("body", [[], "x", None])
def test_what_is_no_measurement_is_refused(reader: Client, mine: Read, body: object) -> None:
    assert save(reader, mine, body).status_code == 422


def test_sealing_closes_the_read_and_hashes_it(reader: Client, mine: Read) -> None:
    save(reader, mine, stroke())

    answer = reader.post(f"/imaging/reads/{mine.pk}/submit/", {"note": "good images"})

    mine.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, "/imaging/reads/")
    assert (mine.status, mine.note, len(mine.content_sha256)) == ("submitted", "good images", 64)
    assert save(reader, mine, stroke("a2")).status_code == 409
    assert reader.post(f"/imaging/reads/{mine.pk}/submit/").status_code == 409
    event = AuditEvent.objects.get(action="read.submitted")
    assert event.after == {"content_sha256": mine.content_sha256}


def test_an_empty_read_needs_a_note(reader: Client, mine: Read) -> None:
    assert reader.post(f"/imaging/reads/{mine.pk}/submit/", {"note": " "}).status_code == 422
    assert reader.post(f"/imaging/reads/{mine.pk}/submit/", {"note": "no lesion seen"}).status_code == 302


def test_the_read_page_tells_nothing_of_the_subject_or_the_other_reader(reader: Client, mine: Read) -> None:
    text = reader.get(f"/imaging/reads/{mine.pk}/").content.decode()

    assert f"RD-{mine.pk:04d}" in text
    assert mine.imaging_study.study_instance_uid in text
    assert mine.imaging_study.subject.subject_key not in text
    assert "chen" not in text
    assert "2024-03-12" not in text


def test_a_reader_reaches_nothing_of_the_other(
    page: Callable[[User], Client], reader: Client, readers: tuple[User, User], mine: Read
) -> None:
    save(reader, mine, stroke())
    other = page(readers[1])

    assert other.get(f"/imaging/reads/{mine.pk}/").status_code == 404
    assert save(other, mine, stroke("b1")).status_code == 404
    assert save(other, mine, {"uid": "a1", "removed": True}).status_code == 404
    assert other.post(f"/imaging/reads/{mine.pk}/submit/", {"note": "x"}).status_code == 404
    listed = other.get("/imaging/reads/").content.decode()
    assert f"/imaging/reads/{mine.pk}/" not in listed
    assert f"/imaging/reads/{Read.objects.get(reader=readers[1]).pk}/" in listed
    assert Measurement.objects.count() == 1


def test_a_reader_does_not_reach_the_forms_of_the_study(reader: Client, mine: Read) -> None:
    form = mine.imaging_study.form_id

    assert reader.get(f"/imaging/forms/{form}/").status_code == 404
    assert reader.get(f"/imaging/forms/{form}/series/").status_code == 404


@pytest.mark.parametrize("role", ["crc", "investigator", "data_manager", "data_scientist"])
def test_who_does_not_read_sees_no_read(
    page: Callable[[User], Client], member: Callable[..., User], mine: Read, role: str
) -> None:
    client = page(member("eve", role))

    assert client.get(f"/imaging/reads/{mine.pk}/").status_code == 404
    assert f"/imaging/reads/{mine.pk}/" not in client.get("/imaging/reads/").content.decode()


def test_a_reader_of_another_site_sees_no_read(
    page: Callable[[User], Client], member: Callable[..., User], mine: Read, other_site: Site
) -> None:
    assert (
        page(member("eve", "radiologist", site=other_site)).get(f"/imaging/reads/{mine.pk}/").status_code
        == 404
    )


def test_a_reader_who_lost_the_role_loses_the_read(
    page: Callable[[User], Client], readers: tuple[User, User], mine: Read, form: FormInstance
) -> None:
    from edc import access

    readers[0].memberships.update(active=False)
    access.sync_grants(readers[0])

    assert page(readers[0]).get(f"/imaging/reads/{mine.pk}/").status_code == 404
