"""What a blinded reader gets through DICOMweb: the images of the own reads, and nobody's name or site."""

from collections.abc import Callable
from email import message_from_bytes
from io import BytesIO

import numpy as np
import pytest
from django.test import Client
from pydicom import dcmread
from pydicom.dataset import Dataset
from rest_framework.response import Response
from rest_framework.test import APIClient

from edc.models import Subject, User
from edc.services.people import issue_token
from imaging.deid.blinding import blind_content, blind_json
from imaging.models import ImagingStudy, Read
from imaging.services.reads import assign_reads
from tests.imaging.conftest import ball
from tests.imaging.phantoms import encode

ROOT = "/api/v1/dicom-web/studies"


@pytest.fixture
def told() -> Dataset:
    """An image that says in every way whose it is and where it was taken, beside what a reader needs."""
    image = ball()[0]
    image.PatientName = image.PatientID = image.ClinicalTrialSubjectID = "01-0001"
    image.StudyDescription, image.AccessionNumber, image.InstitutionName = "SITE-A", "SITE-A 7", "SITE-A"
    image.ClinicalTrialSiteID, image.DeviceSerialNumber, image.StationName = "SITE-A", "SITE-A", "SITE-A"
    image.PatientIdentityRemoved = "YES"
    trial, source = Dataset(), Dataset()
    trial.ClinicalTrialSiteName = source.StationName = "SITE-A"
    source.ReferencedSOPInstanceUID = "2.25.1"
    image.OtherClinicalTrialProtocolIDsSequence, image.SourceImageSequence = [trial], [source]
    return image


def test_a_blinded_image_names_the_read_alone_and_keeps_its_pixels(told: Dataset) -> None:
    content = blind_content(encode(told), name="RD-0007")

    blinded = dcmread(BytesIO(content))
    assert (str(blinded.PatientName), blinded.PatientID, blinded.AccessionNumber) == (
        "RD-0007", "RD-0007", "",
    )  # fmt: skip
    assert b"SITE-A" not in content
    assert b"01-0001" not in content
    assert np.array_equal(blinded.pixel_array, told.pixel_array)
    kept = ("PatientIdentityRemoved", "Manufacturer", "PixelSpacing", "SeriesDescription", "SOPInstanceUID")
    assert all(blinded[name].value == told[name].value for name in kept)
    assert blinded.SourceImageSequence[0].ReferencedSOPInstanceUID == "2.25.1"


def test_blinded_metadata_say_no_more_than_the_blinded_image(told: Dataset) -> None:
    del told.PixelData
    item = told.to_json_dict()

    blinded = blind_json(item, name="RD-0007")

    assert blinded == dcmread(BytesIO(blind_content(encode(told), name="RD-0007"))).to_json_dict()
    assert "01-0001" in str(item)


@pytest.fixture
def readers(member: Callable[..., User]) -> list[User]:
    return [member("lin", "radiologist"), member("chen", "radiologist")]


@pytest.fixture
def images(deliver: Callable[..., dict]) -> ImagingStudy:
    deliver(ball())
    return ImagingStudy.objects.get()


@pytest.fixture
def read(images: ImagingStudy, readers: list[User], member: Callable[..., User]) -> Read:
    manager = member("wang", "data_manager", study_wide=True)
    return assign_reads(imaging_study=images, readers=readers, actor=manager)[0]


def addresses(images: ImagingStudy) -> dict[str, str]:
    study = f"{ROOT}/{images.study_instance_uid}"
    first = images.instances.first()
    series = f"{study}/series/{first.series_instance_uid}"
    instance = f"{series}/instances/{first.sop_instance_uid}"
    whole = {"study": study, "series": series, "instance": instance}
    described = {f"{name} metadata": f"{address}/metadata" for name, address in whole.items()}
    return whole | described | {"search": ROOT, "frames": f"{instance}/frames/1"}


def body(answer: Response) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.django_db
def test_no_answer_to_a_reader_holds_the_subject(
    api: Callable[..., APIClient], readers: list[User], read: Read, images: ImagingStudy
) -> None:
    client, subject = api(readers[0]), images.subject.subject_key

    for name, address in addresses(images).items():
        answer = client.get(address)
        assert answer.status_code == 200, name
        content = body(answer)
        assert subject.encode() not in content, name
        assert name == "frames" or read.code.encode() in content, name
    (found,) = client.get(ROOT).json()
    assert found["00100020"]["Value"] == [read.code]


@pytest.mark.django_db
def test_a_retrieved_image_of_a_read_is_whole(
    api: Callable[..., APIClient], readers: list[User], read: Read, images: ImagingStudy
) -> None:
    answer = api(readers[0]).get(addresses(images)["series"])

    message = message_from_bytes(f"Content-Type: {answer['Content-Type']}\r\n\r\n".encode() + body(answer))
    parts = [dcmread(BytesIO(part.get_payload(decode=True))) for part in message.get_payload()]
    assert {part.SOPInstanceUID for part in parts} == set(
        images.instances.values_list("sop_instance_uid", flat=True)
    )
    assert {part.PatientID for part in parts} == {read.code}


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["PatientID", "00100020"])
def test_a_reader_cannot_ask_which_study_is_whose(
    api: Callable[..., APIClient], readers: list[User], member: Callable[..., User], read: Read,
    subject: Subject, key: str,
) -> None:  # fmt: skip
    asked = {key: subject.subject_key}

    assert api(readers[0]).get(ROOT, asked).json() == []
    assert len(api(member("pi", "investigator")).get(ROOT, asked).json()) == 1


@pytest.mark.django_db
def test_without_a_read_a_radiologist_finds_nothing(
    api: Callable[..., APIClient], page: Callable[[User], Client], member: Callable[..., User],
    read: Read, images: ImagingStudy,
) -> None:  # fmt: skip
    stranger = member("eve", "radiologist")
    client = api(stranger)

    assert client.get(ROOT).json() == []
    statuses = {client.get(each).status_code for name, each in addresses(images).items() if name != "search"}
    assert statuses == {404}
    series = images.series.get()
    assert page(stranger).post(f"/imaging/series/{series.pk}/masks/").status_code == 404


@pytest.mark.django_db
def test_a_readers_token_is_as_blind_as_the_reader(
    readers: list[User], read: Read, images: ImagingStudy
) -> None:
    _token, secret = issue_token(
        user=readers[0], name="t", scopes=["read"], site=None, days=1, actor=readers[0]
    )
    client = APIClient(headers={"Authorization": f"Bearer {secret}"})

    (found,) = client.get(ROOT).json()

    assert found["00100020"]["Value"] == [read.code]
    assert images.subject.subject_key.encode() not in body(client.get(addresses(images)["instance"]))


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["investigator", "clinician"])
def test_who_sees_subjects_gets_the_image_as_stored(
    api: Callable[..., APIClient], member: Callable[..., User], read: Read, images: ImagingStudy, role: str
) -> None:
    client = api(member("eve", role))

    (found,) = client.get(ROOT).json()

    assert found["00100020"]["Value"] == [images.subject.subject_key]
    assert images.subject.subject_key.encode() in body(client.get(addresses(images)["instance"]))
