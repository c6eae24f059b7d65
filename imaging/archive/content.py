"""What an archive must know of the bytes it keeps: address, DICOM JSON, frames. Pure pydicom."""

import math
from io import BytesIO
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian

from imaging.archive.protocol import InstanceAddress, InstanceNotFound, InstanceRefused

# Palettes and profiles that a viewer needs are smaller; whatever is larger is bulk data.
INLINE_BINARY_BYTES = 128 * 1024
BINARY_VRS = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})


def read_header(content: bytes) -> Dataset:
    """Parse everything before the pixels; raises `InstanceRefused` with the reason when it cannot."""
    try:
        return pydicom.dcmread(BytesIO(content), stop_before_pixels=True)
    except RecursionError as error:
        raise InstanceRefused("sequences are nested too deeply") from error
    except Exception as error:
        # pydicom lets errors of many kinds through on damaged files: all mean "not readable".
        raise InstanceRefused(f"not a readable DICOM Part 10 file ({type(error).__name__})") from error


def address_of(content: bytes) -> InstanceAddress:
    """Return the address written in the file; every element has been parsed, nested ones too."""
    header = read_header(content)
    try:
        header.walk(lambda dataset, element: None)
        syntax = header.file_meta.TransferSyntaxUID
        uids = [
            str(header.get(keyword, "") or "")
            for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
        ]
    except RecursionError as error:
        raise InstanceRefused("sequences are nested too deeply") from error
    except Exception as error:
        raise InstanceRefused(f"an element cannot be read ({type(error).__name__})") from error
    if not syntax:
        raise InstanceRefused("the transfer syntax is missing")
    return InstanceAddress(*uids)


def dicom_json(content: bytes) -> dict[str, Any]:
    """Return the DICOM JSON Model of the header without bulk data.

    `AvailableTransferSyntaxUID` (0008,3002) tells the syntax that `frames` answers with.
    """
    header = read_header(content)
    for element in list(header):
        if element.VR in BINARY_VRS and len(element.value or b"") > INLINE_BINARY_BYTES:
            del header[element.tag]
    header.AvailableTransferSyntaxUID = _frame_syntax(header)
    item = header.to_json_dict(suppress_invalid_tags=True)
    if "00080005" in item:
        # JSON is UTF-8 whatever the file's own encoding was (PS3.18 F.2).
        item["00080005"]["Value"] = ["ISO_IR 192"]
    return item


def sort_key(item: dict[str, Any]) -> tuple[float, str]:
    """Order DICOM JSON by instance number, then by SOP Instance UID."""
    number = (item.get("00200013", {}).get("Value") or [math.inf])[0]
    return (float(number) if number is not None else math.inf, item["00080018"]["Value"][0])


def frames_of(content: bytes, numbers: list[int]) -> tuple[list[bytes], str]:
    """Return the frames asked for as encoded in the file, and their transfer syntax UID."""
    dataset = pydicom.dcmread(BytesIO(content))
    count = int(dataset.get("NumberOfFrames", 1) or 1)
    if "PixelData" not in dataset or any(not 1 <= number <= count for number in numbers):
        raise InstanceNotFound(f"the instance has {count if 'PixelData' in dataset else 0} frames")
    if dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        encoded = list(generate_frames(dataset.PixelData, number_of_frames=count))
        return [encoded[number - 1] for number in numbers], _frame_syntax(dataset)
    return [_native_frame(dataset, number, count) for number in numbers], _frame_syntax(dataset)


def _frame_syntax(dataset: Dataset) -> str:
    syntax = dataset.file_meta.TransferSyntaxUID
    # A deflated data set is inflated as a whole on reading: its frames are plain.
    return str(ExplicitVRLittleEndian if syntax == DeflatedExplicitVRLittleEndian else syntax)


def _native_frame(dataset: Dataset, number: int, count: int) -> bytes:
    bits = dataset.Rows * dataset.Columns * int(dataset.get("SamplesPerPixel", 1)) * dataset.BitsAllocated
    if len(dataset.PixelData) * 8 < bits * count:
        raise InstanceNotFound("the pixel data are shorter than the frames announced")
    start, end = (number - 1) * bits, number * bits
    if start % 8 == 0 and bits % 8 == 0:
        return bytes(dataset.PixelData[start // 8 : end // 8])
    # One-bit frames need not begin on a byte: PS3.5 8.1.1 packs them without padding, first pixel lowest.
    packed = np.frombuffer(dataset.PixelData, np.uint8)[start // 8 : math.ceil(end / 8)]
    frame = np.unpackbits(packed, bitorder="little")[start % 8 : start % 8 + bits]
    return np.packbits(frame, bitorder="little").tobytes()
