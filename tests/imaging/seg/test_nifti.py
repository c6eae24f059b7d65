"""Masks as NIfTI: exact round trips in every axis order, and refusals that say why."""

import gzip
import itertools

import nibabel as nib
import numpy as np
import pydicom
import pytest

from imaging.seg.nifti import LPS_TO_RAS, encode, read_mask
from imaging.seg.refusal import SegmentationRefused
from imaging.seg.volume import read_volume
from tests.imaging.phantoms import ct_series


@pytest.fixture
def volume():
    return read_volume(
        ct_series(np.zeros((5, 4, 6)), spacing=(2.5, 0.8, 0.7), orientation=(0.6, 0.8, 0, -0.8, 0.6, 0))
    )


@pytest.fixture
def mask(volume):
    return np.random.default_rng(2).integers(0, 3, volume.shape).astype(np.uint16)


def test_a_mask_comes_back_exactly_and_encoding_is_reproducible(volume, mask):
    content = encode(mask, volume)

    np.testing.assert_array_equal(read_mask(content, volume), mask)
    assert encode(mask, volume) == content


def test_a_boolean_mask_is_label_one(volume, mask):
    np.testing.assert_array_equal(read_mask(encode(mask > 0, volume), volume), mask > 0)


@pytest.mark.parametrize("axes", itertools.permutations("RAS"))
@pytest.mark.parametrize("flips", [(0, 0, 0), (1, 0, 1), (1, 1, 1)])
def test_any_order_and_direction_of_axes_is_read_back(mask, axes, flips):
    volume = read_volume(ct_series(np.zeros((5, 4, 6)), spacing=(2.5, 0.8, 0.7)))
    opposite = {"R": "L", "A": "P", "S": "I"}
    codes = [opposite[a] if flip else a for a, flip in zip(axes, flips, strict=True)]
    image = nib.Nifti1Image.from_bytes(gzip.decompress(encode(mask, volume)))
    turn = nib.orientations.ornt_transform(
        nib.io_orientation(image.affine), nib.orientations.axcodes2ornt(codes)
    )

    turned = image.as_reoriented(turn)

    np.testing.assert_array_equal(read_mask(turned.to_bytes(), volume), mask)


def test_the_file_lies_at_the_right_place_for_others(volume, mask):
    image = nib.Nifti1Image.from_bytes(gzip.decompress(encode(mask, volume)))

    left_posterior = np.array(volume.point((3, 1, 2)))
    np.testing.assert_allclose(image.affine @ (2, 1, 3, 1), [*(left_posterior * [-1, -1, 1]), 1], atol=1e-4)


def shifted(volume, mask, millimetres):
    affine = LPS_TO_RAS @ volume.affine
    affine[0, 3] += millimetres
    return nib.Nifti1Image(mask.transpose(2, 1, 0).astype(np.uint8), affine).to_bytes()


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda v, m: b"", "NOT_NIFTI"),
        (lambda v, m: b"\x1f\x8bnot gzip at all", "NOT_NIFTI"),
        (lambda v, m: encode(m, v)[:-20], "NOT_NIFTI"),
        (lambda v, m: b"x" * 4000, "NOT_NIFTI"),
        (lambda v, m: gzip.decompress(encode(m, v))[:-20], "NOT_NIFTI"),
        (lambda v, m: shifted(v, m, 3.0), "AFFINE_DIFFERS"),
        (lambda v, m: shifted(v, m[1:], 0), "SHAPE_DIFFERS"),
        (lambda v, m: shifted(v, m[:, :, :5], 0), "SHAPE_DIFFERS"),
        (
            lambda v, m: nib.Nifti1Image(m.transpose(2, 1, 0).astype("f4"), np.eye(4)).to_bytes(),
            "AFFINE_DIFFERS",
        ),
        (lambda v, m: encode(m.astype("f4") / 2, v), "NOT_LABELS"),
        (lambda v, m: encode(m.astype("i2") - 1, v), "NOT_LABELS"),
        (lambda v, m: encode(m.astype("i4") * 70000, v), "NOT_LABELS"),
        (lambda v, m: encode(np.full(m.shape, np.nan, "f4"), v), "NOT_LABELS"),
        (lambda v, m: gzip.compress(bytes(10_000_000)), "TOO_LARGE"),
    ],
)
def test_what_does_not_lie_on_the_grid_is_refused_with_its_reason(volume, mask, make, code):
    with pytest.raises(SegmentationRefused) as refusal:
        read_mask(make(volume, mask), volume)

    assert refusal.value.code == code


def test_rounding_of_a_header_is_tolerated(volume, mask):
    np.testing.assert_array_equal(read_mask(shifted(volume, mask, 0.01), volume), mask)


def test_an_array_of_another_shape_is_not_encoded(volume):
    with pytest.raises(ValueError, match="shape"):
        encode(np.zeros((1, 2, 3)), volume)


def test_the_published_organ_masks_lie_on_the_real_ct(shared_data):
    folder = shared_data / "dicom"
    volume = read_volume(
        [pydicom.dcmread(path) for path in sorted((folder / "ct_body_siemens_20").iterdir())]
    )

    labels = read_mask(
        (folder / "ct_body_siemens_20_nifti" / "example_seg_dicom.nii.gz").read_bytes(), volume
    )

    liver = labels == 5
    assert liver.sum() == 366_708
    # An enhanced liver of little variation: the mask is neither flipped nor shifted.
    assert np.median(volume.voxels[liver]) == pytest.approx(93, abs=2)
    assert np.percentile(volume.voxels[liver], 5) > 30
    with pytest.raises(SegmentationRefused, match="SHAPE_DIFFERS"):
        read_mask((folder / "ct_body_siemens_20_nifti" / "liver.nii.gz").read_bytes(), volume)
