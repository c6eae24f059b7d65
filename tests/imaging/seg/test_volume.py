"""Volumes from series: order, values, patient coordinates, and what is refused."""

import numpy as np
import pydicom
import pytest

from imaging.seg.refusal import SegmentationRefused
from imaging.seg.volume import read_volume
from tests.imaging.phantoms import ct_series


@pytest.fixture
def hounsfield():
    return np.random.default_rng(1).integers(-1000, 1000, (5, 4, 6))


def test_slices_in_any_order_make_the_same_volume(hounsfield):
    series = ct_series(hounsfield, spacing=(2.5, 0.8, 0.7))

    volume = read_volume([series[i] for i in (3, 0, 4, 2, 1)])

    np.testing.assert_array_equal(volume.voxels, hounsfield)
    assert volume.voxels.dtype == np.int16
    assert volume.spacing == pytest.approx((2.5, 0.8, 0.7))
    assert volume.sop_instance_uids == tuple(item.SOPInstanceUID for item in series)
    assert volume.voxel_ml == pytest.approx(2.5 * 0.8 * 0.7 / 1000)


@pytest.mark.parametrize(
    "orientation", [(1, 0, 0, 0, 1, 0), (0, 1, 0, 0, 0, -1), (1, 0, 0, 0, 0, -1), (0.6, 0.8, 0, -0.8, 0.6, 0)]
)
def test_indices_and_patient_positions_are_inverse(hounsfield, orientation):
    series = ct_series(hounsfield, spacing=(2.5, 0.8, 0.7), orientation=orientation)

    volume = read_volume(series)

    assert volume.point((2, 0, 0)) == pytest.approx(tuple(map(float, series[2].ImagePositionPatient)))
    row, column = np.array(orientation[:3]), np.array(orientation[3:])
    corner = np.array(series[0].ImagePositionPatient, float) + row * 0.7 * 5 + column * 0.8 * 3
    assert volume.point((0, 3, 5)) == pytest.approx(tuple(corner))
    assert volume.index(volume.point((4, 1, 3))) == (4, 1, 3)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda s: s.pop(2), "MISSING"),
        (lambda s: s[1].update({"ImagePositionPatient": s[0].ImagePositionPatient}), "DUPLICATE_POSITIONS"),
        (lambda s: s[1].update({"ImageOrientationPatient": [0, 1, 0, 0, 0, -1]}), "MIXED_ORIENTATION"),
        (lambda s: s.__delitem__(slice(2, None)), "TOO_FEW"),
        (lambda s: s[1].__delattr__("ImagePositionPatient"), "NO_POSITION"),
        (lambda s: s[1].update({"SeriesInstanceUID": "1.2.3"}), "MIXED_SERIES"),
        (lambda s: s[1].update({"PixelSpacing": [3, 3]}), "MIXED_SERIES"),
        (lambda s: s[1].update({"PixelData": b"12"}), "PIXELS_UNREADABLE"),
        (lambda s: s[1].update({"NumberOfFrames": 2}), "MULTI_FRAME"),
        (lambda s: s.clear(), "NO_POSITION"),
    ],
)
def test_what_is_no_volume_is_refused_with_its_reason(hounsfield, spoil, code):
    series = ct_series(hounsfield)
    spoil(series)

    with pytest.raises(SegmentationRefused) as refusal:
        read_volume(series)

    assert refusal.value.code == code
    assert refusal.value.message["zh"] != refusal.value.message["en"]


def read(folder):
    return [pydicom.dcmread(path) for path in sorted(folder.iterdir())]


def test_the_real_jpeg_2000_body_ct_is_a_volume_in_hounsfield_units(shared_data):
    volume = read_volume(read(shared_data / "dicom" / "ct_body_siemens_20"))

    assert volume.shape == (20, 512, 512)
    assert volume.spacing == pytest.approx((2.0, 0.9765625, 0.9765625))
    assert volume.voxels.min() >= -1024
    assert -20 < np.median(volume.voxels[:, 200:300, 200:300]) < 120


@pytest.mark.parametrize("syntax", ["j2k", "jpegls", "rle"])
def test_every_lossless_syntax_decodes_to_the_same_values(shared_data, syntax):
    reference = read_volume(read(shared_data / "dicom" / "ts_compressed"))

    volume = read_volume(read(shared_data / "dicom" / f"ts_compressed_{syntax}"))

    np.testing.assert_array_equal(volume.voxels, reference.voxels)
    assert volume.voxels.dtype == np.float32


def test_a_tilted_series_is_refused(shared_data):
    with pytest.raises(SegmentationRefused, match="TILT"):
        read_volume(read(shared_data / "dicom" / "qc_bad_gantrytilting_001"))
