"""A study whose baseline visit asks for a four-phase CT, its people, and an upload through the HTTP door."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pydicom.dataset import FileDataset
from rest_framework.test import APIClient

from edc.design.items import Text
from edc.design.protocol import Institution, SiteDef
from edc.design.study import StudyDesign
from edc.models import FormInstance, Subject, User
from imaging.models import Series
from tests.imaging.phantoms import ct_series, encode, sphere
from tests.studies import study_design


@cache
def four_phase_design() -> StudyDesign:
    """The design of ChiCTR2600126480 with a second site, so that isolation can be tried."""
    design = study_design("ChiCTR2600126480")
    second = Text(zh="第二中心", en="Second site")
    return replace(
        design,
        sites=(*design.sites, SiteDef("S02", "second", second)),
        institutions=(*design.institutions, Institution("second", second)),
    )


@pytest.fixture
def design() -> StudyDesign:
    return four_phase_design()


@pytest.fixture(autouse=True)
def archive_folder(tmp_path: Path, settings) -> Path:
    """An archive and an upload folder of the test's own."""
    settings.ARCHIVE_URL = f"folder://{tmp_path / 'archive'}"
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return tmp_path / "archive"


@pytest.fixture
def crc(member: Callable[..., User]) -> User:
    return member("ada", "crc")


@pytest.fixture
def form(subject: Subject) -> FormInstance:
    """The imaging form of the baseline visit."""
    return subject.forms.get(form_oid="FO.IMA", event__event_oid="SE.BASELINE")


@pytest.fixture
def page() -> Callable[[User], Client]:
    """Return a function that logs a person in to the pages."""

    def log_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return log_in


@pytest.fixture
def api() -> Callable[[User | None], APIClient]:
    def authenticate(user: User | None) -> APIClient:
        client = APIClient()
        if user is not None:
            client.force_login(user)
        return client

    return authenticate


def ball(*, slices: int = 6, size: int = 24, seed: str = "phantom", **more: object) -> list[FileDataset]:
    """A small CT of a ball in water."""
    shape = (slices, size, size)
    voxels = np.where(sphere(shape, 6.0, (2.0, 1.0, 1.0)), 60, 0).astype(np.int16)
    return ct_series(voxels, seed=seed, **more)


def files_of(datasets: list[FileDataset]) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(f"{n}.dcm", encode(each)) for n, each in enumerate(datasets)]


def where(form: FormInstance, announced: int) -> dict[str, object]:
    """The body that opens an upload for a form."""
    return {
        "study": form.subject.study.oid,
        "subject_key": form.subject.subject_key,
        "event_oid": form.event.event_oid,
        "form_oid": form.form_oid,
        "announced_count": announced,
    }


@pytest.fixture
def deliver(api: Callable[..., APIClient], crc: User, form: FormInstance) -> Callable[..., dict]:
    """Return a function that uploads data sets to the form and submits; it answers the receipt's session."""

    def send(datasets: list[FileDataset], *, actor: User = crc, form: FormInstance = form) -> dict:
        client = api(actor)
        session = client.post("/api/v1/uploads/", where(form, len(datasets)), format="json").json()
        address = f"/api/v1/uploads/{session['id']}/"
        client.post(f"{address}files/", {"files": files_of(datasets)}, format="multipart")
        return client.post(f"{address}submit/").json()

    return send


@pytest.fixture
def series(deliver: Callable[..., dict]) -> Series:
    """The ball, uploaded: the one series there is."""
    deliver(ball())
    return Series.objects.get()
