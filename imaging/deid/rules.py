"""What happens to attributes that Table E.1-1 does not list: a closed world of VRs and allow-lists.

Free text, names, addresses and opaque bytes survive only when named here; numbers, codes and times
survive only when they look like what their VR says.
"""

import re
from typing import Final

from pydicom.datadict import tag_for_keyword

from imaging.deid.profile import Action


def _tags(keywords: str) -> frozenset[int]:
    found = {keyword: tag_for_keyword(keyword) for keyword in keywords.split()}
    unknown = [keyword for keyword, tag in found.items() if tag is None]
    if unknown:
        raise ValueError(f"Not in the data dictionary: {unknown}")
    return frozenset(tag for tag in found.values() if tag is not None)


TECHNICAL_TEXT: Final = _tags(
    """Manufacturer ManufacturerModelName SoftwareVersions ConvolutionKernel ContrastBolusRoute SequenceName
    PulseSequenceName TransmitCoilName ReceiveCoilName ImagedNucleus FilterType RescaleType LUTExplanation
    LUTLabel WindowCenterWidthExplanation DimensionDescriptionLabel SegmentAlgorithmName
    AlgorithmName AlgorithmVersion CodeValue LongCodeValue CodeMeaning CodingSchemeDesignator
    CodingSchemeVersion CodingSchemeName CodingSchemeRegistry CodingSchemeResponsibleOrganization
    MappingResource RadiopharmaceuticalRoute PositionReferenceIndicator StackID ReconstructionAlgorithm"""
)
# Labels that people type: rewritten in the controlled vocabulary, with a neutral word where one is required.
LABELS: Final = _tags("SegmentLabel TextValue ContentDescription ROIObservationLabel StructureSetLabel")
REQUIRED_LABELS: Final = {
    0x00620005: "SEGMENT",
    0x0040A160: "REMOVED",
    0x00080104: "LOCAL CODE",
    0x30060002: "REMOVED",
}
BULK: Final = _tags(
    """PixelData FloatPixelData DoubleFloatPixelData ExtendedOffsetTable ExtendedOffsetTableLengths LUTData
    RedPaletteColorLookupTableData GreenPaletteColorLookupTableData BluePaletteColorLookupTableData
    SegmentedRedPaletteColorLookupTableData SegmentedGreenPaletteColorLookupTableData
    SegmentedBluePaletteColorLookupTableData PointCoordinatesData TrianglePointIndexList
    LongPrimitivePointIndexList VectorGridData"""
)
# UIDs that name a coding scheme rather than an instance (registered UIDs are never mapped).
SCHEME_UIDS: Final = _tags("CodingSchemeUID ContextUID MappingResourceUID")
STANDARD_SCHEMES: Final = frozenset(
    {
        *("DCM", "SCT", "SRT", "SNM3", "99SDM", "LN", "UCUM", "RADLEX", "FMA", "NCIt", "UMLS", "MDC", "IBSI"),
        *("I10", "I10P", "I11", "I9C", "ICDO3", "BARI", "NEU", "RFC5646", "ISO3166_1", "99QIICR", "99TANDEM"),
    }
)

_TEXT: Final = frozenset({"LO", "SH", "UC", "UT", "ST", "LT"})
_GONE: Final = frozenset({"PN", "UR", "AE", "UN"})
_OPAQUE: Final = frozenset({"OB", "OW", "OF", "OD", "OL", "OV"})
_DATES: Final = frozenset({"DA", "DT"})

# Patterns on the encoded bytes; a value that does not fit is text in disguise.
SHAPES: Final = {
    "DS": re.compile(rb"[0-9eE+\-. \\\0]*\Z"),
    "IS": re.compile(rb"[0-9+\- \\\0]*\Z"),
    "TM": re.compile(rb"[0-9:. \\\0]*\Z"),
    "AS": re.compile(rb"(?:\d{1,3}[DWMY])?[ \0]*\Z"),
    "CS": re.compile(rb"(?:[A-Za-z0-9 _+/.-]{0,32})(?:\\[A-Za-z0-9 _+/.-]{0,32})*\0?\Z"),
    "UI": re.compile(rb"[0-9.\\ \0]*\Z"),
}


def unlisted(tag: int, vr: str) -> Action:
    """Return the action for a standard attribute outside the table."""
    if vr in _TEXT:
        return _text(tag)
    if vr in _GONE:
        return Action.REMOVE
    if vr in _OPAQUE:
        return Action.KEEP if tag in BULK else Action.REMOVE
    if vr in _DATES:
        return Action.SHIFT_DATE
    return Action.MAP_UID if vr == "UI" and tag not in SCHEME_UIDS else Action.KEEP


def _text(tag: int) -> Action:
    if tag in TECHNICAL_TEXT:
        return Action.KEEP
    return Action.CLEAN_TEXT if tag in LABELS else Action.REMOVE


def has_no_place(group: int) -> bool:
    """Tell whether nothing of this group is kept: command, meta, directory, curves, overlays, padding."""
    return group < 0x0008 or group >> 8 in (0x50, 0x60) or group >= 0xFFFA


# Private attributes that PS3.15 Table E.3.10-1 calls safe, by creator, group and low byte of the element.
SAFE_PRIVATE: Final = {
    ("Philips Imaging DD 001", 0x2001, 0x03): "FL",
    ("Philips Imaging DD 001", 0x2001, 0x04): "CS",
    ("SIEMENS MR HEADER", 0x0019, 0x0C): "IS",
    ("SIEMENS MR HEADER", 0x0019, 0x0E): "FD",
    ("SIEMENS MR HEADER", 0x0019, 0x27): "FD",
    ("GEMS_PARM_01", 0x0043, 0x39): "IS",
    ("GEMS_ACQU_01", 0x0019, 0xBB): "DS",
    ("GEMS_ACQU_01", 0x0019, 0xBC): "DS",
    ("GEMS_ACQU_01", 0x0019, 0xBD): "DS",
}
SAFE_SLOTS: Final = frozenset((group, low) for _, group, low in SAFE_PRIVATE)
