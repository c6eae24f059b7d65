"""Images of another patient than the subject's earlier ones: refused, or accepted by a data manager."""

from collections.abc import Callable

import pytest
from django.test import Client
from rest_framework.test import APIClient

from edc.models import AuditEvent, FormInstance, Subject, User
from imaging.models import Instance, KnownPatient, UploadSession
from tests.imaging.conftest import ball, files_of, where

pytestmark = pytest.mark.django_db
PROBLEM = {"accept": "application/problem+json"}


@pytest.fixture
def client(api: Callable[..., APIClient], crc: User) -> APIClient:
    return api(crc)


@pytest.fixture
def later(subject: Subject) -> FormInstance:
    """The imaging form of another visit of the same subject."""
    return subject.forms.filter(form_oid="FO.IMA").exclude(event__event_oid="SE.BASELINE").first()


def of_patient(number: str, seed: str = "later") -> list:
    images = ball(seed=seed)
    for each in images:
        each.PatientID = number
    return images


def send(client: APIClient, form: FormInstance, images: list) -> list[str]:
    """Open or go on with an upload of the form, send, and return the reason given for each file."""
    body = where(form, len(images)) | {"event_repeat_key": form.event.repeat_key}
    session = client.post("/api/v1/uploads/", body, format="json").json()
    address = f"/api/v1/uploads/{session['id']}/files/"
    return [
        row["reason_code"]
        for row in client.post(address, {"files": files_of(images)}, format="multipart").json()
    ]


def test_the_first_delivery_makes_its_patient_the_subjects(client: APIClient, form: FormInstance) -> None:
    assert set(send(client, form, of_patient("T-001"))) == {""}

    assert KnownPatient.objects.get().subject == form.subject
    (event,) = AuditEvent.objects.filter(action="patient.known")
    assert event.subject == form.subject
    assert "T-001" not in str(event.after)


def test_another_patient_at_a_later_visit_is_refused_and_the_right_one_goes_on(
    client: APIClient, form: FormInstance, later: FormInstance
) -> None:
    send(client, form, of_patient("T-001", "baseline"))

    assert set(send(client, later, of_patient("T-002"))) == {"other_patient"}
    assert Instance.objects.count() == 6
    assert set(send(client, later, of_patient("T-001", "right"))) == {""}
    assert set(send(client, later, of_patient("T-002"))) == {"mixed_patients"}


def test_a_data_manager_accepts_a_changed_number_and_the_files_are_taken(
    client: APIClient, page: Callable[[User], Client], member: Callable[..., User], form: FormInstance,
    later: FormInstance,
) -> None:  # fmt: skip
    send(client, form, of_patient("T-001", "baseline"))
    send(client, later, of_patient("T-002"))
    session = UploadSession.objects.get(form=later)
    manager = page(member("meg", "data_manager"))
    address = f"/imaging/uploads/{session.pk}/patient/"
    assert address in manager.get(f"/imaging/forms/{later.pk}/").content.decode()

    for refused in ("", "   ", "x" * 501):
        assert manager.post(address, {"reason": refused}, headers=PROBLEM).status_code == 422
    accepted = manager.post(address, {"reason": "new hospital system"})

    assert accepted["Location"] == f"/imaging/forms/{later.pk}/"
    (event,) = AuditEvent.objects.filter(action="patient.accepted")
    assert (event.reason, event.after["upload"]) == ("new hospital system", str(session.public_id))
    assert set(send(client, later, of_patient("T-002"))) == {""}
    assert manager.post(address, {"reason": "again"}, headers=PROBLEM).status_code == 409
    assert address not in manager.get(f"/imaging/forms/{later.pk}/").content.decode()


@pytest.mark.parametrize(
    ("role", "status"), [("crc", 403), ("monitor", 403), ("investigator", 403), ("radiologist", 404)]
)
def test_nobody_else_accepts_a_number(
    client: APIClient, page: Callable[[User], Client], member: Callable[..., User], form: FormInstance,
    later: FormInstance, role: str, status: int,
) -> None:  # fmt: skip
    send(client, form, of_patient("T-001", "baseline"))
    send(client, later, of_patient("T-002"))
    session = UploadSession.objects.get(form=later)

    answer = page(member("eve", role)).post(f"/imaging/uploads/{session.pk}/patient/", {"reason": "because"})

    assert answer.status_code == status
    assert KnownPatient.objects.count() == 1
