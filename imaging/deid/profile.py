"""The de-identification profile: which PS3.15 options are applied, and so one action for each attribute."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Final

from imaging.deid.table import Row, rows_by_tag
from imaging.deid.values import dictionary_vr


class Action(StrEnum):
    """What happens to an attribute: the letters of PS3.15 Table E.1-1a, with C split by what is cleaned."""

    REMOVE = "X"
    EMPTY = "Z"
    DUMMY = "D"
    KEEP = "K"
    MAP_UID = "U"
    SHIFT_DATE = "C-date"
    CLEAN_TEXT = "C-text"
    CLEAN_CONTENT = "C-content"


# (CID 7050 code, meaning) of what this engine does, with the table column of each option.
BASIC: Final = ("113100", "Basic Application Confidentiality Profile")
OPTIONS: Final = {
    "descriptors": ("113105", "Clean Descriptors Option"),
    "structured": ("113104", "Clean Structured Content Option"),
    "modified_dates": ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
    "patient": ("113108", "Retain Patient Characteristics Option"),
    "device": ("113109", "Retain Device Identity Option"),
    "safe_private": ("113111", "Retain Safe Private Option"),
}
METHOD: Final = "Tandem, DICOM PS3.15 2025a Annex E"

# Free text describing what was done rather than whom: rewritten in the controlled vocabulary.
CLEANED_TAGS: Final = frozenset(
    {
        0x0008103E,  # Series Description
        0x00081030,  # Study Description
        0x00181030,  # Protocol Name
        0x00180010,  # Contrast/Bolus Agent
        0x00189424,  # Acquisition Protocol Description
        0x00321060,  # Requested Procedure Description
        0x00400254,  # Performed Procedure Step Description
        0x30060002,  # Structure Set Label
        0x30060026,  # ROI Name
        0x30060085,  # ROI Observation Label
    }
)
# Ethnic Group is free text and says more than the studies need; 113108 permits keeping it only.
ALWAYS_BASIC: Final = frozenset({0x00102160})
_TEMPORAL_VRS: Final = frozenset({"DA", "DT", "TM"})


@dataclass(frozen=True, slots=True)
class Profile:
    """The options in force; `burned_in_cleared` is set only after the pixels were screened for text."""

    options: frozenset[str] = field(default=frozenset(OPTIONS))
    burned_in_cleared: bool = False

    def codes(self) -> list[tuple[str, str]]:
        """Return the CID 7050 codes to record, the basic profile first."""
        return [BASIC, *(code for option, code in OPTIONS.items() if option in self.options)]


STANDARD: Final = Profile()


@cache
def actions(options: frozenset[str]) -> dict[int, Action]:
    """Return the action of every single attribute in the table under these options."""
    return {tag: resolve(tag, row, options) for tag, row in rows_by_tag().items()}


def resolve(tag: int, row: Row, options: frozenset[str]) -> Action:
    """Return one action for a row; a date is shifted even where another option would keep it."""
    granted = {option: letter for option, letter in row.options.items() if option in options}
    vr = dictionary_vr(tag)
    if "modified_dates" in granted and vr in _TEMPORAL_VRS:
        return Action.KEEP if vr == "TM" else Action.SHIFT_DATE
    if "structured" in granted and tag == 0x0040A730:
        return Action.CLEAN_CONTENT
    if "descriptors" in granted and tag in CLEANED_TAGS:
        return Action.CLEAN_TEXT
    if tag not in ALWAYS_BASIC and "K" in (granted.get("device"), granted.get("patient")):
        return Action.KEEP
    return _basic(row.basic, vr)


def _basic(letters: str, vr: str) -> Action:
    """Choose the alternative legal in every IOD: U, then D; a sequence is emptied, not invented."""
    choices = [Action(letter.rstrip("*")) for letter in letters.split("/")]
    if Action.MAP_UID in choices:
        return Action.MAP_UID
    if vr == "SQ" and len(choices) > 1:
        return Action.EMPTY if Action.EMPTY in choices else Action.REMOVE
    return Action.DUMMY if Action.DUMMY in choices else choices[-1]
