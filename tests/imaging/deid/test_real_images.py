"""De-identification of real images: identity goes, the protocol and the pixels stay."""

from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from imaging.deid import STANDARD, DeidResult, Profile, Pseudonymiser, deidentify
from imaging.intake import Limits, RefusedInstance, read_instance
from tests.imaging.deid.injected import PSEUDONYMISER, SECRET, minimal

CLEARED = Profile(burned_in_cleared=True)
PROTOCOL = (
    *(
        "SliceThickness",
        "SpacingBetweenSlices",
        "PixelSpacing",
        "KVP",
        "ConvolutionKernel",
        "Rows",
        "Columns",
    ),
    *(
        "ImagePositionPatient",
        "ImageOrientationPatient",
        "MagneticFieldStrength",
        "RepetitionTime",
        "EchoTime",
    ),
    *(
        "Manufacturer",
        "ManufacturerModelName",
        "RescaleSlope",
        "RescaleIntercept",
        "AcquisitionTime",
        "Modality",
    ),
    *("PatientSex", "PatientWeight", "PatientAge", "DeviceSerialNumber", "StationName", "PatientPosition"),
)


def files_of(shared_data: Path, folder: str) -> list[Path]:
    return sorted(file for file in (shared_data / "dicom" / folder).rglob("*") if file.is_file())


def run(
    source: Dataset, pseudonymiser: Pseudonymiser = PSEUDONYMISER, profile: Profile = STANDARD
) -> DeidResult:
    return deidentify(source, pseudonymiser=pseudonymiser, profile=profile)


@pytest.mark.parametrize(
    "folder", ["ct_phantom_philips_5mm_28", "mr_brain_ge_deident", "ts_compressed_j2k", "ts_compressed_rle"]
)
def test_protocol_and_pixels_stay(shared_data: Path, folder: str):
    file = files_of(shared_data, folder)[0]
    source = read_instance(file, limits=Limits())

    stored = run(source).dataset

    assert stored.PixelData == source.PixelData
    for keyword in PROTOCOL:
        assert stored.get(keyword) == source.get(keyword), keyword
    assert stored.StudyInstanceUID != source.StudyInstanceUID
    assert stored.PatientName == PSEUDONYMISER.subject_key


def test_the_compressed_syntax_is_kept_and_implicit_becomes_explicit(shared_data: Path):
    compressed, implicit = (
        read_instance(files_of(shared_data, folder)[0], limits=Limits())
        for folder in ("ts_compressed_jpegls", "seg_sr_ct3_dcmqi")
    )

    assert run(compressed).dataset.file_meta.TransferSyntaxUID == compressed.file_meta.TransferSyntaxUID
    assert implicit.file_meta.TransferSyntaxUID == pydicom.uid.ImplicitVRLittleEndian
    assert run(implicit).dataset.file_meta.TransferSyntaxUID == pydicom.uid.ExplicitVRLittleEndian
    assert (run(implicit).dataset.pixel_array == implicit.pixel_array).all()


@pytest.mark.parametrize("name", ["ctbrain1.dcm", "ctbrain2.dcm"])
def test_a_full_header_of_identity_is_emptied(shared_data: Path, name: str):
    source = pydicom.dcmread(shared_data / "dicom/ct_homer_headers" / name)
    assert "simpson" in str(source).lower()

    result = run(source, profile=CLEARED)

    assert b"simpson" not in result.content.lower()
    assert b"homer" not in result.content.lower()
    assert str(source.PatientID).encode() not in result.content


@pytest.mark.parametrize(("name", "charset"), [("chrX1.dcm", "utf-8"), ("chrX2.dcm", "gb18030")])
@pytest.mark.requirement("N16")
def test_chinese_names_do_not_survive(shared_data: Path, name: str, charset: str):
    source = pydicom.dcmread(shared_data / "dicom/charsets" / name)
    han = str(source.PatientName).split("=")[1]
    assert any("\u4e00" <= character <= "\u9fff" for character in han)

    content = run(source, profile=CLEARED).content

    for part in han.split("^"):
        assert part.encode(charset) not in content
        assert part.encode() not in content
    assert b"Wang" not in content


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_chinese_name_typed_into_descriptions_does_not_survive(encoding: str):
    source = minimal()
    source.SpecificCharacterSet = {"utf-8": "ISO_IR 192", "gb18030": "GB18030"}[encoding]
    source.PatientName = "Zhang^San=张^三丰"
    source.SeriesDescription = source.ProtocolName = "张三丰 上腹动脉期 5mm"
    source.StationName = "张三丰的CT"
    source.ManufacturerModelName = "Force 张三丰"

    result = run(source)

    assert result.dataset.SeriesDescription == "ABDOMEN ARTERIAL 5mm"
    assert result.facts.phases == ("ARTERIAL",)
    assert "三丰".encode() not in result.content
    assert "三丰".encode("gb18030") not in result.content
    assert "张" not in str(result.facts)


@pytest.mark.parametrize("name", ["GREYSCALE_IMAGE.dcm", "RGB_IMAGE.dcm"])
def test_ultrasound_is_refused_until_its_pixels_were_screened(shared_data: Path, name: str):
    source = pydicom.dcmread(shared_data / "dicom/us_burned_in" / name)

    with pytest.raises(RefusedInstance) as refused:
        run(source)

    assert refused.value.code == "burned_in_risk"


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("BurnedInAnnotation", "YES"),
        ("Modality", "XA"),
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.7"),
        ("ImageType", ["DERIVED", "SECONDARY", "SCREEN SAVE"]),
    ],
)
def test_pixels_that_may_name_the_patient_are_refused(keyword: str, value: object):
    source = minimal()
    setattr(source, keyword, value)

    with pytest.raises(RefusedInstance) as refused:
        run(source)

    assert refused.value.code == "burned_in_risk"
    assert run(source, profile=CLEARED).content


def test_segmentation_and_images_still_refer_to_each_other(shared_data: Path):
    folder = shared_data / "dicom/seg_sr_ct3_dcmqi"
    images = [
        run(read_instance(folder / name, limits=Limits())).dataset for name in ("01.dcm", "02.dcm", "03.dcm")
    ]
    later = Pseudonymiser(SECRET, PSEUDONYMISER.study_oid, PSEUDONYMISER.subject_key)
    segmentation = run(read_instance(folder / "liver.dcm", limits=Limits()), later).dataset

    referred = {
        element.value for element in segmentation.iterall() if element.keyword == "ReferencedSOPInstanceUID"
    }
    assert referred == {image.SOPInstanceUID for image in images}
    assert {image.StudyInstanceUID for image in images} == {segmentation.StudyInstanceUID}
    assert segmentation.SegmentSequence[0].SegmentedPropertyTypeCodeSequence[0].CodeMeaning == "Liver"


def test_measurements_of_a_report_stay_and_its_people_go(shared_data: Path):
    source = read_instance(shared_data / "dicom/seg_sr_ct3_dcmqi/sr.dcm", limits=Limits())
    stored = run(source).dataset

    assert _numbers(stored) == _numbers(source)
    assert len(_numbers(stored)) > 5
    assert not [
        element for element in stored.iterall() if element.VR == "PN" and element.value and _person(element)
    ]


def _numbers(dataset: Dataset) -> list[str]:
    return [str(element.value) for element in dataset.iterall() if element.keyword == "NumericValue"]


def _person(element: pydicom.DataElement) -> bool:
    return str(element.value) not in (PSEUDONYMISER.subject_key, "REMOVED")


@pytest.mark.parametrize("folder", ["ct_phantom_philips_5mm_28", "seg_sr_ct3_dcmqi", "mr_enhanced_philips"])
def test_doing_it_twice_changes_nothing(shared_data: Path, folder: str):
    first = run(read_instance(files_of(shared_data, folder)[0], limits=Limits()))
    second = run(read_instance(first.content, limits=Limits()))

    assert second.content == first.content
    assert run(read_instance(files_of(shared_data, folder)[0], limits=Limits())).content == first.content


def test_the_source_is_not_changed(shared_data: Path):
    file = files_of(shared_data, "ct_phantom_philips_5mm_28")[0]
    source = read_instance(file, limits=Limits())
    before = pydicom.dcmread(file)

    run(source)

    assert source == before


def test_an_earlier_defacing_stays_on_record(shared_data: Path):
    source = read_instance(files_of(shared_data, "mr_brain_ge_deident")[0], limits=Limits())

    codes = [item.CodeValue for item in run(source).dataset.DeidentificationMethodCodeSequence]

    assert "113102" in codes
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("age", ["090Y", "093Y", "105Y"])
def test_ages_above_89_are_one_class(age: str):
    source = minimal()
    source.PatientAge = age

    assert run(source).dataset.PatientAge == "090Y"


def test_text_in_the_place_of_a_number_goes():
    source = minimal()
    source.add_new(0x00180050, "LO", "Mr Simpson, 3 mm")
    source.add_new(0x00180060, "DS", "120")
    source.add_new(0x00189999, "LO", "attribute no dictionary knows")

    stored = run(source).dataset

    assert stored.KVP == 120
    assert 0x00180050 not in stored
    assert 0x00189999 not in stored


@pytest.mark.parametrize("folder", ["mr_enhanced_philips", "seg_sr_ct3_dcmqi", "ct_phantom_philips_5mm_28"])
def test_another_writer_encodes_the_same_content(shared_data: Path, folder: str, tmp_path: Path):
    result = run(read_instance(files_of(shared_data, folder)[0], limits=Limits()))

    result.dataset.save_as(tmp_path / "again.dcm", enforce_file_format=True)

    assert pydicom.dcmread(tmp_path / "again.dcm") == pydicom.dcmread(BytesIO(result.content))
    read_instance(result.content, limits=Limits())
