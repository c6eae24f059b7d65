"""Clients of others against a running server: dicomweb-client, and DCMTK's storescu through the gateway."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dicomweb_client import DICOMwebClient
from pydicom import dcmread
from pydicom.dataset import FileDataset
from requests import HTTPError, Session

from edc.models import FormInstance, User
from edc.services.people import issue_token
from imaging.models import Instance, UploadSession
from imaging.services.sessions import open_session
from tests.conftest import skip_or_fail
from tests.imaging.conftest import *  # noqa: F403 - the same study, people and images
from tests.imaging.conftest import ball
from tests.imaging.phantoms import encode
from tests.services.orthanc import free_port

ROOT = Path(__file__).resolve().parents[2]
STORESCU = Path("/usr/bin/storescu")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def root(live_server, form: FormInstance) -> str:
    return f"{live_server.url}/api/v1/dicom-web"


def token_of(user: User, *scopes: str) -> str:
    return issue_token(user=user, name="client", scopes=scopes, site=None, days=1, actor=user)[1]


@pytest.fixture
def robot(member: Callable[..., User]) -> User:
    return member("robot", "uploader")


@pytest.fixture
def session(form: FormInstance, robot: User) -> UploadSession:
    return open_session(form=form, announced_count=6, actor=robot)


def web_client(root: str, token: str, **headers: str) -> DICOMwebClient:
    session = Session()
    session.headers.update({"Authorization": f"Bearer {token}", **headers})
    return DICOMwebClient(root, session=session)


@pytest.fixture
def sender(root: str, robot: User, session: UploadSession) -> DICOMwebClient:
    return web_client(root, token_of(robot, "upload"), **{"X-Upload-Session": str(session.public_id)})


@pytest.fixture
def viewer(root: str, member: Callable[..., User]) -> DICOMwebClient:
    return web_client(root, token_of(member("watson", "investigator"), "read"))


def test_dicomweb_client_stores_and_who_may_reads_back(
    sender: DICOMwebClient, viewer: DICOMwebClient
) -> None:
    answer = sender.store_instances(ball())
    assert len(answer.ReferencedSOPSequence) == 6

    (study,) = viewer.search_for_studies()
    study_uid = study["0020000D"]["Value"][0]
    (series,) = viewer.search_for_series(study_uid)
    series_uid = series["0020000E"]["Value"][0]
    instances = viewer.search_for_instances(study_uid, series_uid)
    sop_uid = instances[2]["00080018"]["Value"][0]
    metadata = viewer.retrieve_series_metadata(study_uid, series_uid)
    whole = viewer.retrieve_instance(study_uid, series_uid, sop_uid)
    (frame,) = viewer.retrieve_instance_frames(study_uid, series_uid, sop_uid, [1])

    assert len(instances) == len(metadata) == 6
    assert frame == ball()[2].PixelData == whole.PixelData
    assert str(whole.PatientID) == "01-0001"
    assert len(viewer.retrieve_series(study_uid, series_uid)) == 6
    assert len(viewer.retrieve_study(study_uid)) == 6


def test_a_search_narrows_by_identifier(sender: DICOMwebClient, viewer: DICOMwebClient) -> None:
    sender.store_instances(ball())

    assert len(viewer.search_for_studies(search_filters={"PatientID": "01-0001"})) == 1
    assert viewer.search_for_studies(search_filters={"PatientID": "01-0002"}) == []


@pytest.mark.requirement("P8")
def test_a_program_that_stores_reads_nothing_back(sender: DICOMwebClient) -> None:
    sender.store_instances(ball())
    instance = Instance.objects.first()

    assert sender.search_for_studies() == []
    with pytest.raises(HTTPError, match="404"):
        sender.retrieve_series_metadata(
            instance.imaging_study.study_instance_uid, instance.series_instance_uid
        )


def test_a_refused_instance_is_named_in_the_answer_and_the_rest_is_stored(sender: DICOMwebClient) -> None:
    datasets = ball()
    datasets[1].BurnedInAnnotation = "YES"

    answer = sender.store_instances(datasets)

    assert len(answer.ReferencedSOPSequence) == 5
    assert [item.FailureReason for item in answer.FailedSOPSequence] == [0xC000]


@pytest.fixture
def gateway(root: str, robot: User, session: UploadSession, tmp_path: Path) -> Iterator[int]:
    """The port of a running gateway that stores into the session."""
    yield from running_gateway(root, token_of(robot, "upload"), session, tmp_path)


def running_gateway(root: str, token: str, session: UploadSession, tmp_path: Path) -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "imaging.gateway", "--url", root, "--session", str(session.public_id)]
    log = tmp_path / "gateway.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--port", str(port)], cwd=ROOT, env={"TANDEM_TOKEN": token}, stdout=out, stderr=out
        )
    try:
        if not STORESCU.exists():
            skip_or_fail("needs the Debian package dcmtk")
        _wait_for_echo(port, process, log)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _wait_for_echo(port: int, process: subprocess.Popen, log: Path) -> None:
    for _try in range(100):
        echo = subprocess.run(
            ["echoscu", "-to", "1", "127.0.0.1", str(port)], capture_output=True, check=False
        )
        if echo.returncode == 0:
            return
        assert process.poll() is None, log.read_text()
    raise AssertionError(log.read_text())


def send(port: int, datasets: list[FileDataset], folder: Path) -> subprocess.CompletedProcess:
    folder.mkdir(exist_ok=True)
    for number, each in enumerate(datasets):
        (folder / f"{number}.dcm").write_bytes(encode(each))
    # Without --no-halt storescu stops at the first status that is not success.
    command = [str(STORESCU), "--no-halt", "-v", "+sd", "127.0.0.1", str(port), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_storescu_sends_through_the_gateway(gateway: int, tmp_path: Path, session: UploadSession) -> None:
    sent = send(gateway, ball(), tmp_path / "send")

    assert sent.returncode == 0, sent.stderr
    assert sent.stderr.count("Received Store Response (Success)") == 6
    assert session.instances.filter(outcome="stored").count() == 6


def test_storescu_is_told_what_was_refused(gateway: int, tmp_path: Path, session: UploadSession) -> None:
    datasets = ball()
    datasets[1].BurnedInAnnotation = "YES"

    sent = send(gateway, datasets, tmp_path / "send")

    assert sent.stderr.count("(Success)") == 5
    assert "CannotUnderstand" in sent.stderr
    assert session.instances.filter(outcome="stored").count() == 5
    assert session.instances.filter(reason_code="burned_in_risk").count() == 1


@pytest.mark.requirement("P8")
def test_a_wrong_token_is_told_to_storescu(
    root: str, member: Callable[..., User], session: UploadSession, tmp_path: Path
) -> None:
    other = token_of(member("eve", "uploader"), "upload")
    for port in running_gateway(root, other, session, tmp_path):
        sent = send(port, ball()[:1], tmp_path / "send")

    assert "0x124" in sent.stderr  # refused: not authorised
    assert "(Success)" not in sent.stderr
    assert not session.instances.exists()


def test_compressed_images_keep_their_compression(gateway: int, tmp_path: Path, shared_data: Path) -> None:
    file = next((shared_data / "dicom" / "ct_body_siemens_20").iterdir())
    dataset = dcmread(file)
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "2.25.1001", "2.25.1002"
    dataset.SOPInstanceUID, dataset.PatientID = "2.25.2001", "REAL-1"
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    (tmp_path / "one.dcm").write_bytes(encode(dataset))

    command = [str(STORESCU), "-xv", "127.0.0.1", str(gateway), str(tmp_path / "one.dcm")]
    subprocess.run(command, check=True, capture_output=True)

    assert len(dataset.PixelData) < Instance.objects.get().size < dataset.Rows * dataset.Columns * 2
