"""A data set as explicit VR little endian bytes: what the engine carried over is copied, not decoded again.

The engine leaves an element raw only where its bytes are little endian and read alike in every character
set. Encoding rules: PS3.5 section 7.1 and 7.5.
"""

from collections.abc import Iterator
from itertools import chain
from struct import Struct
from typing import Final

from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_data_element, write_file_meta_info

from imaging.intake.scan import ITEM, LONG_VRS, SEQUENCE_END, SHORT_VRS, UNDEFINED

PREAMBLE: Final = b"\0" * 128 + b"DICM"
CHARACTER_SET: Final = "ISO_IR 192"
_SHORT, _LONG, _DELIMITER = Struct("<HH2sH"), Struct("<HH2sHI"), Struct("<HHI")
_LONGEST_SHORT: Final = 0xFFFF


def part10(dataset: Dataset, meta: FileMetaDataset) -> bytes:
    """Return the file of a data set with its File Meta Information; raises what pydicom raises."""
    if meta.TransferSyntaxUID.is_encapsulated and "PixelData" in dataset:
        dataset["PixelData"].is_undefined_length = True
    head = DicomBytesIO()
    write_file_meta_info(head, meta, enforce_standard=True)
    return b"".join(chain((PREAMBLE, head.getvalue()), _parts(dataset)))


def sequence_element(tag: int, items: list[Dataset]) -> RawDataElement:
    """Return a sequence in its encoded form."""
    content = b"".join(map(_item, items))
    return RawDataElement(tag, "SQ", len(content), content, 0, False, True)  # type: ignore[arg-type]


def _parts(dataset: Dataset) -> Iterator[bytes]:
    """Yield the elements in the order of their tags, long values apart from their heads; no group lengths."""
    for tag, element in sorted(dataset.items(), key=lambda pair: int(pair[0])):
        if int(tag) & 0xFFFF:
            yield from _element(element)


def _element(element: DataElement | RawDataElement) -> Iterator[bytes]:
    vr, value = str(element.VR).encode(), _octets(element)
    if value is not None and not len(value) % 2 and vr in SHORT_VRS and len(value) <= _LONGEST_SHORT:
        yield _SHORT.pack(element.tag >> 16, element.tag & 0xFFFF, vr, len(value)) + value
    elif value is None or len(value) % 2 or vr not in LONG_VRS:
        yield _by_pydicom(element)
    else:
        undefined = _has_undefined_length(element)
        length = UNDEFINED if undefined else len(value)
        yield _LONG.pack(element.tag >> 16, element.tag & 0xFFFF, vr, 0, length)
        yield value
        if undefined:
            yield _DELIMITER.pack(SEQUENCE_END >> 16, SEQUENCE_END & 0xFFFF, 0)


def _octets(element: DataElement | RawDataElement) -> bytes | None:
    """Return the value as it is written, or None where pydicom has to encode it."""
    if isinstance(element, RawDataElement):
        return element.value or b""
    if element.VR == "SQ":
        return b"".join(_item(item) for item in element.value or ())
    return element.value if isinstance(element.value, bytes) else None


def _has_undefined_length(element: DataElement | RawDataElement) -> bool:
    if isinstance(element, RawDataElement):
        return element.length == UNDEFINED
    return bool(element.is_undefined_length)


def _item(item: Dataset) -> bytes:
    content = b"".join(_parts(item))
    return _DELIMITER.pack(ITEM >> 16, ITEM & 0xFFFF, len(content)) + content


def _by_pydicom(element: DataElement | RawDataElement) -> bytes:
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, False
    write_data_element(buffer, element, CHARACTER_SET)
    return buffer.getvalue()
