"""Part 10 bytes of a de-identified data set: explicit VR little endian, elements carried over byte by byte.

Most elements of an image were never decoded and are written directly; the rest go through pydicom's writer.
"""

from struct import Struct
from typing import Final

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import correct_ambiguous_vr, write_data_element, write_file_meta_info

_LONG_VRS: Final = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})
_NULL_PADDED: Final = frozenset({"UI", "OB", "UN"})
_SHORT, _LONG = Struct("<HH2sH"), Struct("<HH2sHI")
_UNDEFINED: Final = 0xFFFFFFFF


def encode(dataset: Dataset) -> bytes:
    """Return preamble, file meta and data set; text must be declared ISO_IR 192 and meta must be complete."""
    meta = DicomBytesIO()
    meta.is_little_endian, meta.is_implicit_VR = True, False
    write_file_meta_info(meta, dataset.file_meta, enforce_standard=True)
    correct_ambiguous_vr(dataset, True)
    elements = (_element(dataset, tag) for tag in sorted(dataset.keys(), key=int))
    return b"".join((bytes(128), b"DICM", meta.getvalue(), *elements))


def _element(dataset: Dataset, tag: int) -> bytes:
    element = dataset.get_item(tag)
    if isinstance(element, RawDataElement) and element.length != _UNDEFINED and element.VR is not None:
        return _carried(int(element.tag), element.VR, element.value or b"")
    stream = DicomBytesIO()
    stream.is_little_endian, stream.is_implicit_VR = True, False
    write_data_element(stream, element, ["utf8"])
    return stream.getvalue()


def _carried(tag: int, vr: str, value: bytes) -> bytes:
    if len(value) % 2:
        value += b"\0" if vr in _NULL_PADDED else b" "
    group, number = tag >> 16, tag & 0xFFFF
    if vr in _LONG_VRS or len(value) > 0xFFFE:
        return _LONG.pack(group, number, (vr if vr in _LONG_VRS else "UN").encode(), 0, len(value)) + value
    return _SHORT.pack(group, number, vr.encode(), len(value)) + value
