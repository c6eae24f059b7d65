"""What a blinded reader must not learn from an image: whose it is, and where it was taken.

The images are de-identified already; what is taken here are the pseudonyms that the study knows a subject
and a site by, and the device's own names, which tell the site as well. Pure pydicom.
"""

from copy import deepcopy
from functools import cache
from io import BytesIO
from typing import Any, Final

from pydicom import dcmread
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset

from imaging.deid.table import rows_by_tag

CLINICAL_TRIAL: Final = 0x0012
# Patient Identity Removed and how: in the same group, and nobody's name.
KEPT: Final = frozenset({0x00120062, 0x00120063, 0x00120064})
PATIENT: Final = ("PatientName", "PatientID")
# Type 2 in the modules of patient and study: they stay, without a value (PS3.3 C.7.1.1, C.7.2.1).
EMPTIED: Final = ("AccessionNumber", "ReferringPhysicianName", "StudyID")
REMOVED: Final = (
    *("StudyDescription", "PerformedProcedureStepDescription", "PatientComments", "IssuerOfPatientID"),
    *("InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName", "InstitutionCodeSequence"),
    *("OtherPatientIDs", "OtherPatientIDsSequence", "OtherPatientNames", "OperatorsName"),
    *("PerformedProcedureStepID", "RequestedProcedureID", "RequestAttributesSequence"),
    *("PerformingPhysicianName", "RequestingPhysician"),
)


@cache
def removed_tags() -> frozenset[int]:
    """Return the tags that go: those named here, and what the option Retain Device Identity keeps."""
    device = {tag for tag, row in rows_by_tag().items() if "device" in row.options}
    return frozenset({_tag(keyword) for keyword in REMOVED} | device)


def blind_json(item: dict[str, Any], *, name: str) -> dict[str, Any]:
    """Return the DICOM JSON of an instance with `name` in place of the patient's name and number."""
    out = _blind_item(deepcopy(item))
    for keyword in EMPTIED:
        if found := out.get(f"{_tag(keyword):08X}"):
            found.pop("Value", None)
    out[f"{_tag('PatientName'):08X}"] = {"vr": "PN", "Value": [{"Alphabetic": name}]}
    out[f"{_tag('PatientID'):08X}"] = {"vr": "LO", "Value": [name]}
    return out


def blind_content(content: bytes, *, name: str) -> bytes:
    """Return the Part 10 file as `blind_json` has it; pixels and transfer syntax stay as they were."""
    dataset = dcmread(BytesIO(content))
    _blind_dataset(dataset)
    for keyword in EMPTIED:
        if keyword in dataset:
            dataset[keyword].value = None
    for keyword in PATIENT:
        setattr(dataset, keyword, name)
    out = BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()


def _hidden(tag: int) -> bool:
    return tag in removed_tags() or (tag >> 16 == CLINICAL_TRIAL and tag not in KEPT)


def _blind_item(item: dict[str, Any]) -> dict[str, Any]:
    for key in [key for key in item if _hidden(int(key, 16))]:
        del item[key]
    for element in item.values():
        if element.get("vr") == "SQ":
            for nested in element.get("Value", []):
                _blind_item(nested)
    return item


def _blind_dataset(dataset: Dataset) -> None:
    for tag in list(dataset.keys()):
        if _hidden(int(tag)):
            del dataset[tag]
        elif dataset.get_item(tag).VR == "SQ":
            for nested in dataset[tag].value or ():
                _blind_dataset(nested)


def _tag(keyword: str) -> int:
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise ValueError(f"not in the data dictionary: {keyword}")
    return tag
