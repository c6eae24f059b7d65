"""The studies of the project, each read once in a process."""

from functools import cache
from pathlib import Path

from edc.design.reader import read_study
from edc.design.study import StudyDesign

STUDIES = Path(__file__).resolve().parents[1] / "studies"
REGISTERED = sorted(path.name for path in STUDIES.glob("ChiCTR*"))


@cache
def study_design(oid: str) -> StudyDesign:
    """Return the design in the folder of this name; nothing in it can be changed."""
    return read_study(STUDIES / oid, STUDIES / "library")
