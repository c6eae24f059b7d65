"""The writer of cleaned images against pydicom's: the same bytes for every encoding that passes intake."""

from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmread, dcmwrite
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.filewriter import correct_ambiguous_vr
from pydicom.sequence import Sequence
from pydicom.tag import Tag

from imaging.deid import Pseudonymiser, deidentify
from imaging.deid.writing import part10, sequence_element
from imaging.intake import Limits, read_instance
from tests.imaging.conftest import ball

PSEUDONYMISER = Pseudonymiser(bytes(range(32)), "study", "01-0001")
KINDS = {
    "CT": "ct_phantom_philips_5mm_28",
    "MR of several sequences": "mr_brain_ge_deident",
    "JPEG 2000": "ts_compressed_j2k",
    "JPEG": "ts_compressed_jpeg",
    "RLE": "ts_compressed_rle",
    "multi-frame": "mr_enhanced_philips",
}


def by_pydicom(content: bytes) -> bytes:
    buffer = BytesIO()
    dcmwrite(buffer, dcmread(BytesIO(content)), enforce_file_format=True)
    return buffer.getvalue()


@pytest.mark.parametrize("folder", KINDS.values(), ids=KINDS.keys())
def test_a_cleaned_real_image_has_the_bytes_that_pydicom_writes(shared_data: Path, folder: str) -> None:
    file = min(path for path in (shared_data / "dicom" / folder).rglob("*") if path.is_file())

    cleaned = deidentify(read_instance(file.read_bytes(), limits=Limits()), pseudonymiser=PSEUDONYMISER)

    assert cleaned.content == by_pydicom(cleaned.content)


def test_odd_values_and_nested_sequences_are_written_as_pydicom_does() -> None:
    image = ball()[0]
    inner, outer = Dataset(), Dataset()
    inner.CodeValue, inner.CodeMeaning = "1", "odd"
    outer.AnatomicRegionSequence = Sequence([inner])
    image.SourceImageSequence = Sequence([outer, Dataset()])
    image.AnatomicRegionSequence = Sequence()
    image.PatientComments = "测试"
    image.SpecificCharacterSet, image.ICCProfile = "ISO_IR 192", b"odd"
    expected = BytesIO()
    correct_ambiguous_vr(image, True)

    written = part10(image, image.file_meta)
    dcmwrite(expected, image, enforce_file_format=True)

    assert written == expected.getvalue()


def test_a_value_that_has_no_single_vr_is_not_written() -> None:
    image = ball()[0]
    image.add(DataElement(Tag("SmallestImagePixelValue"), "US or SS", b"\0\0"))

    with pytest.raises(ValueError, match="ambiguous VR"):
        part10(image, image.file_meta)


def test_an_encoded_sequence_reads_as_its_items() -> None:
    item = Dataset()
    item.CodeValue, item.CodeMeaning = "113100", "Basic Application Confidentiality Profile"
    image = Dataset()

    image[0x00120064] = sequence_element(Tag(0x00120064), [item, item])

    assert list(image.DeidentificationMethodCodeSequence) == [item, item]
