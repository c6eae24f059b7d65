"""De-identification after DICOM PS3.15 Annex E: the one boundary that identity crosses."""

from imaging.deid.deidentify import DeidentificationFailed, DeidResult, deidentify
from imaging.deid.facts import AcquisitionFacts, extract_facts
from imaging.deid.profile import STANDARD, Action, Profile
from imaging.deid.pseudonym import Pseudonymiser
from imaging.deid.report import DeidReport
from imaging.deid.verify import Leak, OriginalIdentifiers, collect_identifiers, verify

__all__ = [
    "STANDARD",
    "AcquisitionFacts",
    "Action",
    "DeidReport",
    "DeidResult",
    "DeidentificationFailed",
    "Leak",
    "OriginalIdentifiers",
    "Profile",
    "Pseudonymiser",
    "collect_identifiers",
    "deidentify",
    "extract_facts",
    "verify",
]
