"""DICOM SEG: exact round trips, coded content, foreign objects, refusals."""

import io
import shutil
import subprocess

import numpy as np
import pydicom
import pytest
from pydicom.uid import generate_uid

from imaging.seg.dicom_seg import PROPERTIES, SegIdentity, Segment, read_seg, write_seg
from imaging.seg.refusal import SegmentationRefused
from imaging.seg.volume import read_volume
from tests.imaging.phantoms import ct_series, encode, sphere

SHAPE = (6, 20, 22)


@pytest.fixture
def series():
    return ct_series(np.zeros(SHAPE), seed=generate_uid())


@pytest.fixture
def volume(series):
    return read_volume(series)


def lesion(**values):
    return Segment(**({"number": 1, "label": "T01", "mask": sphere(SHAPE, 3)} | values))


def test_masks_and_their_meaning_come_back_exactly(series, volume):
    tracking_uid = generate_uid()
    liver = Segment(1, "Liver", sphere(SHAPE, 8), "liver")
    tumour = lesion(
        number=2,
        algorithm_type="SEMIAUTOMATIC",
        algorithm_name="confidence-connected",
        algorithm_version="2.5.7",
        tracking_id="T01",
        tracking_uid=tracking_uid,
        parameters={"radius_mm": "30"},
    )

    content = write_seg(sources=series[::-1], segments=[liver, tumour], identity=SegIdentity())
    found = read_seg(content, volume)

    np.testing.assert_array_equal(found[0].mask, liver.mask)
    np.testing.assert_array_equal(found[1].mask, tumour.mask)  # inside the liver: segments may overlap
    assert [segment.structure for segment in found] == ["liver", "neoplasm"]
    assert (found[0].algorithm_type, found[0].tracking_id) == ("MANUAL", "Liver")
    for name in (
        "label",
        "algorithm_type",
        "algorithm_name",
        "algorithm_version",
        "tracking_id",
        "tracking_uid",
    ):
        assert getattr(found[1], name) == getattr(tumour, name)
    assert found[1].parameters == tumour.parameters


@pytest.mark.parametrize("seed", range(4))
def test_any_mask_comes_back_exactly(series, volume, seed):
    mask = np.random.default_rng(seed).random(SHAPE) < 0.2 * (seed + 1)
    mask[seed % len(mask)] = False

    [found] = read_seg(
        write_seg(sources=series, segments=[lesion(mask=mask)], identity=SegIdentity()), volume
    )

    np.testing.assert_array_equal(found.mask, mask)


def test_the_object_refers_to_its_images_and_belongs_to_their_study(series):
    identity = SegIdentity(description="Baseline read")

    seg = pydicom.dcmread(io.BytesIO(write_seg(sources=series, segments=[lesion()], identity=identity)))

    assert (seg.SOPInstanceUID, seg.SeriesInstanceUID) == (
        identity.sop_instance_uid,
        identity.series_instance_uid,
    )
    assert (seg.StudyInstanceUID, seg.PatientID) == (series[0].StudyInstanceUID, "T-001")
    assert seg.FrameOfReferenceUID == series[0].FrameOfReferenceUID
    assert seg.ReferencedSeriesSequence[0].SeriesInstanceUID == series[0].SeriesInstanceUID
    assert seg.SegmentSequence[0].SegmentedPropertyTypeCodeSequence[0].CodeValue == "108369006"
    assert seg.SeriesDescription == "Baseline read"


@pytest.mark.parametrize("structure", PROPERTIES)
def test_every_structure_has_its_code(series, volume, structure):
    content = write_seg(sources=series, segments=[lesion(structure=structure)], identity=SegIdentity())

    assert read_seg(content, volume)[0].structure == structure


@pytest.mark.parametrize(
    ("mask", "code"), [(np.zeros(SHAPE, bool), "EMPTY"), (np.ones((6, 20, 21), bool), "SHAPE_DIFFERS")]
)
def test_a_mask_that_cannot_be_meant_is_not_written(series, mask, code):
    with pytest.raises(SegmentationRefused) as refusal:
        write_seg(sources=series, segments=[lesion(mask=mask)], identity=SegIdentity())

    assert refusal.value.code == code


def test_the_segmentation_of_another_series_is_refused(series):
    content = write_seg(sources=series, segments=[lesion()], identity=SegIdentity())
    other = read_volume(ct_series(np.zeros(SHAPE), seed="another"))

    with pytest.raises(SegmentationRefused) as refusal:
        read_seg(content, other)

    assert refusal.value.code == "OTHER_SERIES"


@pytest.mark.parametrize(
    "values",
    [
        {"origin": (-40.0, -29.0, 100.0)},
        {"origin": (-40.0, -30.0, 101.0)},
        {"orientation": (0, 1, 0, 1, 0, 0)},
    ],
)
def test_a_segmentation_on_other_planes_of_the_same_images_is_refused(series, volume, values):
    # What a tool writes that "corrects" positions but keeps the references.
    moved = ct_series(np.zeros(SHAPE), **values)
    for there, here in zip(moved, series, strict=True):
        there.update({"SOPInstanceUID": here.SOPInstanceUID, "SeriesInstanceUID": here.SeriesInstanceUID})
    content = write_seg(sources=moved, segments=[lesion()], identity=SegIdentity())

    with pytest.raises(SegmentationRefused) as refusal:
        read_seg(content, volume)

    assert refusal.value.code == "GRID_DIFFERS"


def test_what_is_no_segmentation_is_refused(series, volume):
    for content in (b"", b"nonsense", encode(series[0])):
        with pytest.raises(SegmentationRefused) as refusal:
            read_seg(content, volume)
        assert refusal.value.code == "NOT_SEG"


def test_a_segmentation_made_by_others_is_read(shared_data):
    folder = shared_data / "dicom" / "seg_sr_ct3_dcmqi"
    volume = read_volume([pydicom.dcmread(folder / f"{name}.dcm") for name in ("02", "03", "01")])

    [liver] = read_seg((folder / "liver.dcm").read_bytes(), volume)

    assert liver.structure == "liver"
    assert liver.mask.shape == (3, 512, 512)
    assert liver.mask.any(axis=(1, 2)).all()
    assert 20 < np.median(volume.voxels[liver.mask]) < 200


def test_dcmtk_finds_nothing_wrong_with_the_object(series, tmp_path):
    dcmdump = shutil.which("dcmdump")
    if dcmdump is None:
        pytest.skip("needs the Debian package dcmtk")
    path = tmp_path / "seg.dcm"
    path.write_bytes(write_seg(sources=series, segments=[lesion()], identity=SegIdentity()))

    shown = subprocess.run([dcmdump, str(path)], capture_output=True, text=True, errors="replace", check=True)

    assert "W:" not in shown.stderr
    assert "E:" not in shown.stderr
    assert "SegmentSequence" in shown.stdout
