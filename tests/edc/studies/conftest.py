"""The five designs read once, and the tables they were made from."""

import csv
from functools import cache
from pathlib import Path

import pytest

from edc.design.study import StudyDesign
from tests.studies import study_design

ROOT = Path(__file__).resolve().parents[3]
STUDIES = ROOT / "studies"
REGISTRATIONS = {
    "T1": "ChiCTR2600126480",
    "T2": "ChiCTR2600120525",
    "T3": "ChiCTR2600121791",
    "T4": "ChiCTR2600120951",
    "T5": "ChiCTR2500107646",
}


def read_design(code: str) -> StudyDesign:
    return study_design(REGISTRATIONS[code])


@pytest.fixture(params=sorted(REGISTRATIONS))
def code(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def design(code: str) -> StudyDesign:
    return read_design(code)


@pytest.fixture
def designs() -> dict[str, StudyDesign]:
    return {code: read_design(code) for code in REGISTRATIONS}


@pytest.fixture(scope="session")
def source_folder(shared_data: Path) -> Path:
    """The folder of the protocols' digest and of the form library's tables."""
    return shared_data.parent / "studies"


@pytest.fixture(scope="session")
def source_table(source_folder: Path):
    """Read one of the library's tables as a list of dicts."""

    @cache
    def read(name: str) -> list[dict[str, str]]:
        with (source_folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    return read


@pytest.fixture(scope="session")
def digest(source_folder: Path) -> str:
    return (source_folder / "studies.md").read_text(encoding="utf-8")
