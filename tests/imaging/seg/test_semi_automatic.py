"""Segmentation without weights, on phantoms whose mask is known and on a real liver."""

import numpy as np
import pydicom
import pytest
from scipy import ndimage

from imaging.seg.nifti import read_mask
from imaging.seg.refusal import SegmentationRefused
from imaging.seg.semi_automatic import GrowSettings, RefineSettings, dice, grow_from_seed, refine_mask
from imaging.seg.volume import read_volume
from tests.imaging.phantoms import ct_series, sphere

SHAPE, SPACING = (30, 60, 60), (2.5, 1.0, 1.0)
CENTRE = (15, 30, 30)


def phantom(*, contrast=60, noise=12, radius=14, seed=0):
    truth = sphere(SHAPE, radius, SPACING)
    values = 60 + contrast * truth + np.random.default_rng(seed).normal(0, noise, SHAPE)
    return read_volume(ct_series(np.rint(values), spacing=SPACING)), truth


@pytest.mark.parametrize("contrast", [60, -60, 120])
@pytest.mark.parametrize("radius", [8, 14])
def test_a_lesion_in_noise_is_grown_from_one_click(contrast, radius):
    volume, truth = phantom(contrast=contrast, radius=radius)

    found = grow_from_seed(volume, CENTRE)

    assert dice(found.mask, truth) > 0.85


def test_growing_again_gives_the_same_mask_and_says_how_it_was_made():
    volume, _ = phantom()

    first, second = grow_from_seed(volume, CENTRE), grow_from_seed(volume, CENTRE)

    np.testing.assert_array_equal(first.mask, second.mask)
    assert first.parameters["seed"] == list(CENTRE)
    assert first.parameters["multiplier"] == GrowSettings().multiplier
    assert first.method_version.startswith("SimpleITK 2.")


def test_growing_stays_within_the_radius():
    volume, _ = phantom(contrast=60, radius=14)

    with pytest.raises(SegmentationRefused, match="NO_EDGE"):
        grow_from_seed(volume, CENTRE, GrowSettings(radius_mm=8))


@pytest.mark.parametrize("seed", [(-1, 0, 0), (30, 0, 0), (0, 60, 0)])
def test_a_seed_outside_the_image_is_refused(seed):
    with pytest.raises(SegmentationRefused, match="SEED_OUTSIDE"):
        grow_from_seed(phantom()[0], seed)


def test_a_rough_mask_is_drawn_to_the_edge():
    volume, truth = phantom()
    rough = np.roll(truth, (1, 3, -3), (0, 1, 2)) & ~sphere(SHAPE, 5, SPACING)

    found = refine_mask(volume, rough)

    assert dice(rough, truth) < 0.85
    assert dice(found.mask, truth) > 0.93


def test_refining_reaches_no_farther_than_its_margin():
    volume, _ = phantom(contrast=0, noise=1)
    rough = sphere(SHAPE, 6, SPACING)

    found = refine_mask(volume, rough, RefineSettings(margin_mm=3))

    beyond = ndimage.distance_transform_edt(~rough, sampling=SPACING) > 3.01
    assert not (found.mask & beyond).any()


@pytest.mark.parametrize(
    ("rough", "code"), [(np.zeros(SHAPE, bool), "EMPTY"), (np.ones((2, 3, 4), bool), "SHAPE_DIFFERS")]
)
def test_a_rough_mask_that_cannot_be_meant_is_refused(rough, code):
    with pytest.raises(SegmentationRefused, match=code):
        refine_mask(phantom()[0], rough)


def test_dice_worked_out_by_hand():
    first, second = np.array([1, 1, 0, 0], bool), np.array([0, 1, 1, 1], bool)

    assert dice(first, second) == pytest.approx(2 / 5)
    assert dice(first & False, second & False) == 1.0


def test_a_real_liver_mask_is_refined_close_to_itself_and_grown_within_reason(shared_data, record_property):
    folder = shared_data / "dicom"
    volume = read_volume(
        [pydicom.dcmread(path) for path in sorted((folder / "ct_body_siemens_20").iterdir())]
    )
    labels = read_mask(
        (folder / "ct_body_siemens_20_nifti" / "example_seg_dicom.nii.gz").read_bytes(), volume
    )
    liver = labels == 5
    depth = ndimage.distance_transform_edt(liver, sampling=volume.spacing)
    seed = tuple(int(place) for place in np.unravel_index(np.argmax(depth), liver.shape))

    refined = dice(refine_mask(volume, liver).mask, liver)
    grown = dice(grow_from_seed(volume, seed, GrowSettings(radius_mm=120)).mask, liver)

    record_property("dice_refined", round(refined, 3))
    record_property("dice_grown", round(grown, 3))
    print(f"real liver: refined {refined:.3f}, grown from one seed {grown:.3f}")  # noqa: T201
    assert refined > 0.8
    assert grown > 0.5
