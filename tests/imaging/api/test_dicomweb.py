"""DICOMweb through the REST door: stored into a session, found and read by who may, and by nobody else."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.response import Response
from rest_framework.test import APIClient

from edc.models import FormInstance, Site, User
from edc.services.people import issue_token
from imaging.models import ImagingStudy, Instance, UploadedInstance
from tests.factories.imaging import InstanceFactory
from tests.imaging.conftest import ball, where
from tests.imaging.phantoms import encode

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/dicom-web/studies"


def body_of(contents: list[bytes], boundary: str = "b0undary") -> bytes:
    parts = [
        b"--%b\r\nContent-Type: application/dicom\r\n\r\n%b\r\n" % (boundary.encode(), c) for c in contents
    ]
    return b"".join(parts) + f"--{boundary}--\r\n".encode()


def store(client: APIClient, session: str, contents: list[bytes], **more: str) -> Response:
    kind = more.get("kind", 'multipart/related; type="application/dicom"; boundary=b0undary')
    return client.generic(
        "POST", ROOT, body_of(contents), content_type=kind, headers={"X-Upload-Session": session}
    )


@pytest.fixture
def client(api: Callable[..., APIClient], crc: User) -> APIClient:
    return api(crc)


@pytest.fixture
def session(client: APIClient, form: FormInstance) -> str:
    return client.post("/api/v1/uploads/", where(form, 6), format="json").json()["id"]


@pytest.fixture
def stored(client: APIClient, session: str) -> ImagingStudy:
    answer = store(client, session, [encode(each) for each in ball()])
    assert answer.status_code == 200
    return ImagingStudy.objects.get()


def series_address(study: ImagingStudy) -> str:
    uid = study.instances.first().series_instance_uid
    return f"{ROOT}/{study.study_instance_uid}/series/{uid}"


def test_a_store_answers_the_new_addresses_and_never_the_original_uid(
    client: APIClient, session: str
) -> None:
    answer = store(client, session, [encode(each) for each in ball()])

    text = answer.content.decode()
    referenced = answer.json()["00081199"]["Value"]
    assert answer["Content-Type"] == "application/dicom+json"
    assert {each["00081155"]["Value"][0] for each in referenced} == set(
        Instance.objects.values_list("sop_instance_uid", flat=True)
    )
    assert not any(str(each.SOPInstanceUID) in text for each in ball())


@pytest.mark.parametrize(("broken", "status"), [(0, 200), (1, 202), (6, 409)])
def test_the_status_of_a_store_tells_how_much_was_taken(
    client: APIClient, session: str, broken: int, status: int
) -> None:
    contents = [b"no image %d" % n if n < broken else encode(each) for n, each in enumerate(ball())]

    assert store(client, session, contents).status_code == status
    assert UploadedInstance.objects.filter(reason_code="not_dicom").count() == broken


def test_storing_again_is_answered_alike_and_stores_nothing(client: APIClient, session: str) -> None:
    answers = [store(client, session, [encode(ball()[0])]).json() for _turn in range(2)]

    assert answers[0] == answers[1]
    assert UploadedInstance.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "header", "status"),
    [
        ("application/dicom", None, 422),
        ('multipart/related; type="application/dicom+json"; boundary=b0undary', None, 422),
        ('multipart/related; type="application/dicom"; boundary=other', None, 422),
        (None, "no-uuid", 422),
        (None, "b6d2a7b2-1f5a-4d5c-9c55-1f2f9cbb2b57", 404),
    ],
)
def test_a_store_that_cannot_be_understood_is_told_why(
    client: APIClient, session: str, kind: str | None, header: str | None, status: int
) -> None:
    more = {"kind": kind} if kind else {}

    answer = store(client, header or session, [encode(ball()[0])], **more)

    assert answer.status_code == status
    assert answer["Content-Type"].startswith("application/problem+json")
    assert not Instance.objects.exists()


def test_a_store_without_a_body_is_refused(client: APIClient, session: str) -> None:
    answer = client.generic(
        "POST", ROOT, b"", content_type='multipart/related; type="application/dicom"; boundary=b',
        headers={"X-Upload-Session": session},
    )  # fmt: skip

    assert answer.status_code == 422


@pytest.mark.parametrize("role", ["uploader", "radiologist", "investigator"])
def test_no_one_stores_into_the_session_of_another(
    api: Callable[..., APIClient], member: Callable[..., User], session: str, site: Site, role: str
) -> None:
    user = member("eve", role)
    _token, secret = issue_token(user=user, name="t", scopes=["upload"], site=None, days=1, actor=user)

    answer = store(APIClient(headers={"Authorization": f"Bearer {secret}"}), session, [encode(ball()[0])])

    assert answer.status_code == 404
    assert not Instance.objects.exists()


@pytest.mark.parametrize(
    ("role", "at_home", "sees"),
    [
        ("investigator", True, True),
        ("radiologist", True, False),
        ("clinician", True, True),
        ("crc", True, False),
        ("uploader", True, False),
        ("data_manager", True, False),
        ("investigator", False, False),
        ("radiologist", False, False),
    ],
)
def test_pixels_are_seen_by_the_sites_readers_alone(
    api: Callable[..., APIClient], member: Callable[..., User], other_site: Site, stored: ImagingStudy,
    role: str, at_home: bool, sees: bool,
) -> None:  # fmt: skip
    place = {} if at_home else {"site": other_site}
    client = api(member("eve", role, **place))
    series = series_address(stored)
    instance = f"{series}/instances/{stored.instances.first().sop_instance_uid}"
    addresses = [
        f"{ROOT}/{stored.study_instance_uid}", f"{ROOT}/{stored.study_instance_uid}/metadata",
        f"{ROOT}/{stored.study_instance_uid}/series", series, f"{series}/metadata", instance,
        f"{instance}/metadata", f"{instance}/frames/1",
    ]  # fmt: skip

    assert len(client.get(ROOT).json()) == sees
    assert {client.get(address).status_code for address in addresses} == {200 if sees else 404}
    assert len(client.get(f"{series}/instances").json()) == (6 if sees else 0)


def test_a_token_that_uploads_reads_nothing_even_of_who_may(
    member: Callable[..., User], stored: ImagingStudy
) -> None:
    user = member("eve", "radiologist")
    _token, secret = issue_token(user=user, name="t", scopes=["upload"], site=None, days=1, actor=user)
    client = APIClient(headers={"Authorization": f"Bearer {secret}"})

    assert client.get(ROOT).json() == []
    assert client.get(f"{series_address(stored)}/metadata").status_code == 404


@pytest.mark.parametrize("frames", ["0", "2", "x"])
def test_a_frame_that_is_not_there_is_told_so(
    api: Callable[..., APIClient], member: Callable[..., User], stored: ImagingStudy, frames: str
) -> None:
    instance = stored.instances.first().sop_instance_uid

    answer = api(member("eve", "investigator")).get(
        f"{series_address(stored)}/instances/{instance}/frames/{frames}"
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_an_archive_that_is_down_is_a_503(
    api: Callable[..., APIClient], member: Callable[..., User], stored: ImagingStudy, settings
) -> None:
    settings.ARCHIVE_URL = "orthanc+http://user:word@127.0.0.1:9"
    client, series = api(member("eve", "investigator")), series_address(stored)

    for address in (series, f"{series}/metadata"):
        answer = client.get(address)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


def test_a_search_needs_as_many_queries_for_many_studies_as_for_one(
    api: Callable[..., APIClient], member: Callable[..., User], stored: ImagingStudy
) -> None:
    client = api(member("eve", "investigator"))
    with CaptureQueriesContext(connection) as for_one:
        client.get(ROOT)
    for _more in range(5):
        InstanceFactory(series__imaging_study__form__event__subject=stored.subject)

    with CaptureQueriesContext(connection) as for_six:
        assert len(client.get(ROOT).json()) == 6
    assert len(for_six) == len(for_one)
