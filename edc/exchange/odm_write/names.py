"""OIDs that the writers make up, and the codelists of the annotations they write; readers look for these."""

from typing import Final

NAMESPACE: Final = "http://www.cdisc.org/ns/odm/v1.3"
NAMESPACE_2: Final = "http://www.cdisc.org/ns/odm/v2.0"
# Codelists of annotation flags. What an annotation is about stands in its FlagType.
MISSING_LIST: Final = "CL.TANDEM.MISSING"
NOTE_LIST: Final = "CL.TANDEM.NOTE"
STATUS_LIST: Final = "CL.TANDEM.FORM_STATUS"
MISSING_CODES: Final = (
    ("ND", "未做", "Not done"),
    ("UNK", "不详", "Unknown"),
    ("NA", "不适用", "Not applicable"),
    ("NE", "不可评价", "Not evaluable"),
)
NOTES: Final = (
    ("MISSING", "缺失原因", "Missing code"),
    ("RAW", "原始录入文本", "As typed"),
    ("UNIT", "录入单位", "Unit entered"),
    ("STATUS", "表单状态", "Status of the form"),
    ("HELD", "访视日期", "Day of the visit"),
    ("EVENT_STATUS", "访视状态", "Status of the visit"),
    ("COHORT", "队列", "Cohort"),
    ("SUBJECT_STATUS", "受试者状态", "Status of the subject"),
)
STATUSES: Final = (
    ("complete", "完成", "Complete"),
    ("verified", "已核查", "Verified"),
    ("signed", "已签", "Signed"),
    ("locked", "锁定", "Locked"),
)
# One text for several codes: ODM 1.3.2 has no data type with more than one value.
MULTI_SEPARATOR: Final = ";"


def metadata_oid(design: int) -> str:
    return f"MDV.{design}"


def unit_oid(unit: str) -> str:
    return f"MU.{unit}"


def user_oid(username: str) -> str:
    return f"US.{username}"


def location_oid(site: str) -> str:
    return f"LO.{site}"


def meaning_oid(meaning: str) -> str:
    return f"SD.{meaning.upper()}"


def method_oid(item_oid: str) -> str:
    return f"MT.{item_oid}"


def condition_oid(item_oid: str) -> str:
    return f"CO.{item_oid}"
