"""One archive of each kind, empty at the start of every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from imaging.archive import Archive, from_url
from tests.services.orthanc import PrivateOrthanc, private_orthanc


@pytest.fixture(scope="session")
def orthanc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateOrthanc]:
    with private_orthanc(tmp_path_factory.mktemp("orthanc")) as server:
        yield server


@pytest.fixture(params=["folder", pytest.param("orthanc", marks=pytest.mark.orthanc)])
def archive_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "folder":
        return f"folder://{tmp_path / 'archive'}"
    return request.getfixturevalue("orthanc").url


@pytest.fixture
def archive(archive_url: str) -> Archive:
    return from_url(archive_url)
