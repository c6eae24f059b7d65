"""Uploads through the REST door: announced, sent, refused with a reason, resumed, submitted."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pydicom import dcmread
from pydicom.dataset import FileDataset
from pydicom.uid import generate_uid
from rest_framework.test import APIClient

from edc.models import AuditEvent, FormInstance, Query, Site, Subject, User
from edc.services.enrol import enrol_subject
from edc.services.people import issue_token
from imaging.archive import from_url
from imaging.models import ImagingStudy, Instance, Series, UploadedInstance, UploadSession
from imaging.services.sessions import expire_sessions
from tests.imaging.conftest import ball, files_of, where
from tests.imaging.phantoms import encode

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(api: Callable[..., APIClient], crc: User) -> APIClient:
    return api(crc)


@pytest.fixture
def opened(client: APIClient, form: FormInstance) -> str:
    """The address of an open upload of six files."""
    answer = client.post("/api/v1/uploads/", where(form, 6), format="json")
    return f"/api/v1/uploads/{answer.json()['id']}/"


def send(client: APIClient, address: str, datasets: list[FileDataset] | list[bytes]) -> list[dict]:
    files = [
        SimpleUploadedFile(f"{n}.dcm", each if isinstance(each, bytes) else encode(each))
        for n, each in enumerate(datasets)
    ]
    answer = client.post(f"{address}files/", {"files": files}, format="multipart")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_whole_upload_ends_in_a_receipt_and_a_judged_series(
    client: APIClient, form: FormInstance, opened: str
) -> None:
    rows = send(client, opened, ball())
    answer = client.post(f"{opened}submit/").json()

    assert {row["outcome"] for row in rows} == {"stored"}
    assert answer["status"] == "submitted"
    assert answer["receipt"]["counts"] == {
        "announced": 6, "received": 6, "stored": 6, "refused": 0, "missing": 0,
    }  # fmt: skip
    series = Series.objects.get(imaging_study__form=form)
    assert (series.slice_count, series.slice_thickness_mm, series.slice_spacing_mm) == (6, 2.0, 2.0)
    assert series.phase == "PVP"
    assert series.instances.count() == 6


@pytest.mark.requirement("N16")
def test_what_is_stored_carries_no_identity(
    client: APIClient, form: FormInstance, opened: str, settings
) -> None:
    send(client, opened, ball()[:1])

    instance = Instance.objects.get()
    study = instance.imaging_study
    content = from_url(settings.ARCHIVE_URL).instance(
        study.study_instance_uid, instance.series_instance_uid, instance.sop_instance_uid
    )
    assert b"T-001" not in content
    assert "测试".encode("gb18030") not in content
    assert form.subject.subject_key.encode() in content
    assert str(study.acquired_on) == "2024-03-12"
    assert b"20240312" not in content


def test_missing_phases_become_queries_and_close_when_they_arrive(
    client: APIClient, form: FormInstance, deliver: Callable[..., dict]
) -> None:
    deliver(ball())
    query = Query.objects.get(form=form, origin=Query.Origin.IMAGING)
    assert "PLAIN" in query.text_en
    assert query.state == Query.State.OPEN

    rest = []
    for words in ("平扫", "动脉期", "延迟期"):
        more = ball(seed=words)
        for each in more:
            each.SeriesDescription, each.StudyInstanceUID = words, ball()[0].StudyInstanceUID
        rest += more
    deliver(rest)

    query.refresh_from_db()
    assert query.state == Query.State.CLOSED
    assert sorted(Series.objects.values_list("phase", flat=True)) == ["AP", "DP", "PLAIN", "PVP"]


def test_sending_again_stores_nothing_twice(client: APIClient, opened: str) -> None:
    first, second = send(client, opened, ball()), send(client, opened, ball())

    assert [row["sop_instance_uid"] for row in first] == [row["sop_instance_uid"] for row in second]
    assert Instance.objects.count() == UploadedInstance.objects.count() == 6


def test_an_upload_is_resumed_by_opening_it_again_and_sending_the_rest(
    client: APIClient, form: FormInstance, opened: str
) -> None:
    send(client, opened, ball()[:2])
    again = client.post("/api/v1/uploads/", where(form, 6), format="json").json()
    assert opened.endswith(f"{again['id']}/")
    assert again["counts"] == {"announced": 6, "received": 2, "stored": 2, "refused": 0, "missing": 4}

    send(client, opened, ball()[2:])

    assert client.get(opened).json()["counts"]["missing"] == 0


def test_a_submitted_upload_takes_no_more_and_submits_once(client: APIClient, opened: str) -> None:
    send(client, opened, ball())
    first = client.post(f"{opened}submit/").json()
    again = client.post(f"{opened}submit/").json()
    late = client.post(f"{opened}files/", {"files": files_of(ball())}, format="multipart")

    assert first == again
    assert late.status_code == 409
    assert AuditEvent.objects.filter(action="upload.submitted").count() == 1


def test_an_upload_in_which_nothing_arrived_is_not_submitted(client: APIClient, opened: str) -> None:
    answer = client.post(f"{opened}submit/")

    assert (answer.status_code, answer.json()["code"]) == (409, "not_now")


def _without(keyword: str) -> Callable[[FileDataset], None]:
    return lambda each: setattr(each, keyword, "")


def _as(keyword: str, value: object) -> Callable[[FileDataset], None]:
    return lambda each: setattr(each, keyword, value)


def _short(each: FileDataset) -> None:
    each.PixelData = each.PixelData[:100]


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (_without("SeriesInstanceUID"), "missing_uid"),
        (_as("Modality", "MR"), "wrong_modality"),
        (_as("SOPClassUID", "1.2.840.10008.5.1.4.1.1.12.1"), "unsupported_sop_class"),
        (_as("BurnedInAnnotation", "YES"), "burned_in_risk"),
        (_short, "bad_pixel_data"),
    ],
)
def test_a_file_that_cannot_be_taken_is_quarantined_and_the_rest_goes_on(
    client: APIClient, opened: str, settings, damage: Callable, code: str
) -> None:
    datasets = ball()
    damage(datasets[2])

    rows = send(client, opened, datasets)
    receipt = client.post(f"{opened}submit/").json()["receipt"]

    assert [row["outcome"] for row in rows].count("stored") == 5
    assert (rows[2]["outcome"], rows[2]["reason_code"]) == ("quarantined", code)
    assert rows[2]["reason_zh"]
    assert rows[2]["reason_en"]
    assert [(each["sent_index"], each["reason_code"]) for each in receipt["refused"]] == [(2, code)]
    kept = (
        Path(settings.UPLOAD_DIR)
        / "quarantine"
        / UploadedInstance.objects.get(reason_code=code).quarantine_name
    )
    assert kept.stat().st_mode & 0o777 == 0o600


def test_bytes_that_are_no_dicom_are_refused_by_name_of_their_place_only(
    client: APIClient, opened: str
) -> None:
    rows = send(client, opened, [b"Zhang San's letter", encode(ball()[0])])

    assert (rows[0]["reason_code"], rows[1]["outcome"]) == ("not_dicom", "stored")
    assert "Zhang" not in str(rows)


def test_a_refused_file_sent_again_is_quarantined_once(client: APIClient, opened: str, settings) -> None:
    for _turn in range(2):
        send(client, opened, [b"no image"])

    assert len(list((Path(settings.UPLOAD_DIR) / "quarantine").iterdir())) == 1
    assert UploadedInstance.objects.count() == 1


def test_another_patient_in_the_same_upload_is_refused(client: APIClient, opened: str) -> None:
    datasets = ball()
    datasets[3].PatientID = "T-002"

    rows = send(client, opened, datasets)

    assert [row["reason_code"] for row in rows] == ["", "", "", "mixed_patients", "", ""]


def test_a_second_study_on_the_same_form_is_refused(client: APIClient, opened: str) -> None:
    datasets = ball()
    datasets[5].StudyInstanceUID = generate_uid()

    rows = send(client, opened, datasets)

    assert rows[5]["reason_code"] == "other_study"


def test_images_bound_to_another_subject_are_refused(
    site: Site, crc: User, deliver: Callable[..., dict]
) -> None:
    deliver(ball())
    other = enrol_subject(site=site, actor=crc).forms.get(form_oid="FO.IMA", event__event_oid="SE.BASELINE")

    receipt = deliver(ball(), form=other)["receipt"]

    assert {each["reason_code"] for each in receipt["refused"]} == {"bound_elsewhere"}
    assert not ImagingStudy.objects.filter(form=other).exists()


def test_other_content_under_a_known_uid_is_refused_and_the_first_kept(
    client: APIClient, opened: str
) -> None:
    send(client, opened, ball())
    changed = ball()[0]
    changed.PixelData = bytes(len(changed.PixelData))

    rows = send(client, opened, [changed])

    assert rows[0]["reason_code"] == "content_conflict"
    counts = client.get(opened).json()["counts"]
    assert (counts["stored"], counts["refused"]) == (6, 1)


def test_nothing_is_lost_while_the_archive_is_down(client: APIClient, opened: str, settings) -> None:
    send(client, opened, ball()[:3])
    working, settings.ARCHIVE_URL = settings.ARCHIVE_URL, "orthanc+http://user:word@127.0.0.1:9"

    answer = client.post(f"{opened}files/", {"files": files_of(ball()[3:])}, format="multipart")

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert client.get(opened).json()["counts"]["stored"] == 3
    settings.ARCHIVE_URL = working
    send(client, opened, ball()[3:])
    assert client.get(opened).json()["counts"]["stored"] == 6


@pytest.mark.parametrize("count", [0, 20_001])
def test_an_impossible_announcement_is_refused(client: APIClient, form: FormInstance, count: int) -> None:
    assert client.post("/api/v1/uploads/", where(form, count), format="json").status_code in (400, 422)


def test_a_form_without_images_takes_none(client: APIClient, subject: Subject) -> None:
    form = subject.forms.filter(form_oid="FO.DM").get()

    answer = client.post("/api/v1/uploads/", where(form, 1), format="json")

    assert (answer.status_code, answer.json()["errors"]) == (422, {"form": "FO.DM"})


def test_files_need_their_field_and_an_index_each(client: APIClient, opened: str) -> None:
    for body in ({}, {"files": files_of(ball()[:2]), "index": ["0"]}):
        answer = client.post(f"{opened}files/", body, format="multipart")
        assert answer.status_code == 422
    assert not UploadedInstance.objects.exists()


def test_an_idempotency_key_opens_one_upload(client: APIClient, form: FormInstance) -> None:
    answers = [
        client.post("/api/v1/uploads/", where(form, 6), format="json", headers={"Idempotency-Key": "k1"})
        for _turn in range(2)
    ]

    assert answers[0].json() == answers[1].json()
    assert AuditEvent.objects.filter(action="upload.opened").count() == 1


def test_an_upload_left_for_a_week_expires(client: APIClient, opened: str, system: User) -> None:
    UploadSession.objects.update(created_at="2026-01-01T00:00Z")

    assert expire_sessions(actor=system) == 1
    answer = client.post(f"{opened}files/", {"files": files_of(ball()[:1])}, format="multipart")
    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("role", "at_home", "status"),
    [
        ("crc", True, 201),
        ("uploader", True, 201),
        ("crc", False, 404),
        ("uploader", False, 404),
        ("data_manager", True, 403),
        ("radiologist", True, 403),
        (None, True, 403),
    ],
)
def test_only_uploaders_of_the_site_open_an_upload(
    api: Callable[..., APIClient], member: Callable[..., User], form: FormInstance, other_site: Site,
    role: str | None, at_home: bool, status: int,
) -> None:  # fmt: skip
    place = {} if at_home else {"site": other_site}
    actor = member("eve", role, **place) if role else member("eve", "auditor", site=other_site)

    answer = api(actor).post("/api/v1/uploads/", where(form, 1), format="json")

    assert answer.status_code == status
    assert UploadSession.objects.exists() == (status == 201)


@pytest.mark.requirement("P8")
def test_a_program_sees_its_own_uploads_alone(
    api: Callable[..., APIClient], member: Callable[..., User], opened: str, form: FormInstance, site: Site
) -> None:
    robot = member("robot", "uploader")
    _token, secret = issue_token(user=robot, name="pacs", scopes=["upload"], site=site, days=1, actor=robot)
    client = APIClient(headers={"Authorization": f"Bearer {secret}"})

    assert client.get("/api/v1/uploads/").json()["results"] == []
    assert client.get(opened).status_code == 404
    assert client.post(f"{opened}files/", {"files": files_of(ball())}, format="multipart").status_code == 404
    assert client.post("/api/v1/uploads/", where(form, 1), format="json").status_code == 201
    assert len(client.get("/api/v1/uploads/").json()["results"]) == 1
    assert api(None).get("/api/v1/uploads/").status_code == 401


def test_the_real_ct_is_refused_without_uids_and_taken_once_repaired(
    client: APIClient, form: FormInstance, shared_data: Path, deliver: Callable[..., dict]
) -> None:
    files = sorted((shared_data / "dicom" / "ct_body_siemens_20").iterdir())
    answer = client.post("/api/v1/uploads/", where(form, len(files)), format="json").json()
    address = f"/api/v1/uploads/{answer['id']}/"

    rows = send(client, address, [file.read_bytes() for file in files])
    assert {row["reason_code"] for row in rows} == {"missing_uid"}
    assert "StudyInstanceUID" in rows[0]["reason_en"]

    receipt = deliver([repaired(file) for file in files])["receipt"]
    assert receipt["counts"]["stored"] == 20
    series = Series.objects.get(imaging_study__form=form)
    assert (series.slice_count, series.slice_thickness_mm, series.slice_spacing_mm) == (20, 3.0, 2.0)
    assert series.verdict != Series.Verdict.UNUSABLE


def repaired(file: Path) -> FileDataset:
    """A copy of a file of the real CT with the identifiers it was published without."""
    dataset = dcmread(file)
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "2.25.1001", "2.25.1002"
    dataset.SOPInstanceUID = f"2.25.{2000 + int(dataset.InstanceNumber)}"
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.PatientID = "REAL-1"
    return dataset
