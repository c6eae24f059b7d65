"""Values by VR: neutral dummies, the values of multi-valued attributes, agreement with the dictionary."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.multival import MultiValue

_ZERO_BYTES: Final = bytes(8)
_DUMMIES: Final[dict[str, object]] = {
    "AS": "000Y",
    "AT": 0,
    "DA": "19000101",
    "DS": "0",
    "DT": "19000101000000",
    "IS": "0",
    "TM": "000000",
    "UR": "urn:removed",
    **dict.fromkeys(("FD", "FL"), 0.0),
    **dict.fromkeys(("US", "SS", "UL", "SL", "UV", "SV"), 0),
    **dict.fromkeys(("OB", "OW", "OF", "OD", "OL", "OV", "UN"), _ZERO_BYTES),
}
# Bytes of one value, where that is a number.
UNITS: Final = {
    **dict.fromkeys(("AT", "FL", "SL", "UL"), 4),
    **dict.fromkeys(("FD", "SV", "UV"), 8),
    **dict.fromkeys(("SS", "US"), 2),
}
_TEXTS: Final = frozenset({"LO", "SH", "UC", "UT", "ST", "LT"})


def dummy(vr: str) -> object:
    """Return the constant that replaces any value of this VR under action D."""
    return _DUMMIES.get(vr, "REMOVED")


def each(value: object) -> Iterable[object]:
    """Return the values of an attribute: none for an empty one, one for a single one."""
    if value is None:
        return ()
    return value if isinstance(value, MultiValue | list) else (value,)


def is_private(tag: int) -> bool:
    """Tell whether the group is odd (PS3.5 7.8)."""
    return bool(tag >> 16 & 1)


def plain_octets(element: DataElement | RawDataElement) -> bytes | None:
    """Return the encoded bytes where every character set of DICOM reads them alike: ASCII without escapes."""
    octets = element.value if isinstance(element, RawDataElement) else None
    return octets if octets is not None and octets.isascii() and b"\x1b" not in octets else None


def plain_texts(octets: bytes) -> list[str]:
    """Return the values of what `plain_octets` gave, without their padding."""
    return [part.strip("\0 ") for part in octets.decode("ascii").split("\\")]


@lru_cache(maxsize=1 << 14)
def dictionary_vr(tag: int) -> str:
    """Return the first VR the data dictionary allows, or "UN" for a tag it does not know."""
    try:
        return dictionary_VR(tag).split(" or ")[0]
    except KeyError:
        return "UN"


@lru_cache(maxsize=1 << 14)
def ambiguous_vrs(tag: int) -> bool:
    """Tell whether the dictionary allows several VRs, to be settled by other attributes (PS3.5 Annex A)."""
    try:
        return " or " in dictionary_VR(tag)
    except KeyError:
        return False


def fits(element: DataElement | RawDataElement, tag: int, vr: str) -> bool:
    """Tell whether the encoded VR agrees with the expected one; text in the place of a number does not."""
    encoded = element.VR
    if encoded in (None, "UN", vr):
        return True
    if encoded in _TEXTS:
        return vr in _TEXTS
    return ambiguous_vrs(tag) and encoded in dictionary_VR(tag)
