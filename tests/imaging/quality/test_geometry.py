"""The verdict on a series, on real folders (the table of expected results) and on small stacks."""

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.quality.facts import SliceFacts, slice_facts
from imaging.quality.geometry import EXPLANATIONS, FAULTS, NOTES, judge_series

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)

# Folder, planes, thickness, spacing (median, min, max), shear, findings.
ORACLE = [
    ("ct_body_siemens_20", 20, (3.0,), (2.00, 2.00, 2.00), 0.0, ("OVERLAP",)),
    ("ct_phantom_philips_5mm_28", 28, (5.0,), (5.00, 5.00, 5.00), 0.0, ()),
    ("mr_brain_ge_deident", 100, (1.2,), (1.20, 1.20, 1.20), 0.0, ()),
    ("qc_bad_gantrytilting_001", 4, (), (4.85, 4.85, 4.85), 14.0, ("TILT",)),
    ("qc_bad_sliceincrement_001", 4, (), (5.00, 5.00, 10.00), 0.0, ("MISSING",)),
    ("qc_bad_notavolume_001", 4, (), None, 0.0, ("DUPLICATE_POSITIONS",)),
    ("qc_bad_slicecount_001", 2, (), (1.00, 1.00, 1.00), 0.0, ("TOO_FEW",)),
]


def read(folder):
    return [
        facts
        for path in sorted(folder.iterdir())
        for facts in slice_facts(pydicom.dcmread(path, stop_before_pixels=True))
    ]


@pytest.mark.parametrize(("name", "n", "thickness", "spacing", "shear", "codes"), ORACLE)
def test_real_series_get_the_expected_verdict(shared_data, name, n, thickness, spacing, shear, codes):
    geometry = judge_series(read(shared_data / "dicom" / name))

    assert (geometry.n, geometry.thickness, geometry.codes) == (n, thickness, codes)
    found = (geometry.spacing_median, geometry.spacing_min, geometry.spacing_max)
    assert found == ((None,) * 3 if spacing is None else pytest.approx(spacing, abs=0.005))
    assert geometry.shear_deg == pytest.approx(shear, abs=0.05)


def test_a_series_of_mixed_orientations_is_found(shared_data):
    geometry = judge_series(read(shared_data / "dicom" / "qc_bad_sliceorientation_001"))

    assert geometry.verdict == "MIXED_ORIENTATION"


def test_frames_of_an_enhanced_instance_are_planes(shared_data):
    planes = read(shared_data / "dicom" / "mr_enhanced_philips")

    assert len(planes) > 1
    assert all(plane.position and plane.orientation and plane.thickness for plane in planes)


def stack(places, *, thickness=2.0, orientation=AXIAL, lean=0.0):
    return [
        SliceFacts((0.0, place * lean, place), orientation, thickness, number)
        for number, place in enumerate(places, start=1)
    ]


@pytest.mark.parametrize(
    ("headers", "codes"),
    [
        (stack([0, 2, 4, 6]), ()),
        (stack([6, 0, 4, 2]), ()),
        (stack([0, 2, 6, 8]), ("MISSING",)),
        (stack([0, 2, 8, 14, 20]), ("MISSING", "GAP")),
        (stack([0, 2, 5, 7]), ("NON_UNIFORM",)),
        (stack([0, 2, 2, 4]), ("DUPLICATE_POSITIONS",)),
        (stack([0, 2, 4], lean=0.1), ("TILT",)),
        (stack([0, 2]), ("TOO_FEW",)),
        (stack([0, 1, 2]), ("OVERLAP",)),
        (stack([0, 3, 6]), ("GAP",)),
        (stack([0, 2, 4]) + stack([6], thickness=1.0), ("MIXED_THICKNESS",)),
        ([SliceFacts(None, None)] * 4, ("NO_POSITION",)),
        (stack([0, 2, 4]) + [SliceFacts(None, AXIAL)], ("NO_POSITION",)),
        ([], ("NO_POSITION", "TOO_FEW")),
    ],
)
def test_each_fault_has_its_code(headers, codes):
    assert judge_series(headers).codes == codes


def test_skipped_instance_numbers_are_noted_but_are_no_fault():
    geometry = judge_series(
        [s for s in stack([0, 2, 4, 6, 8]) if s.instance_number != 1 and s.position[2] != 8]
    )
    renumbered = judge_series([s for s in stack([0, 0, 2, 4, 6]) if s.instance_number != 2])

    assert (geometry.codes, renumbered.codes, renumbered.verdict) == ((), ("NUMBER_GAPS",), "OK")


def test_missing_planes_are_counted():
    assert judge_series(stack([0, 2, 8, 10, 16])).missing == 4


@pytest.mark.parametrize(
    ("orientation", "name"),
    [
        (AXIAL, "AXIAL"),
        ((1, 0, 0, 0, 0, -1), "CORONAL"),
        ((0, 1, 0, 0, 0, -1), "SAGITTAL"),
        ((1, 0, 0, 0, 0.7071, 0.7071), "OBLIQUE"),
    ],
)
def test_the_plane_has_its_anatomical_name(orientation, name):
    assert judge_series(stack([0, 1, 2], orientation=orientation)).orientation == name


@given(
    order=st.permutations(range(8)),
    spacing=st.floats(0.3, 10),
    origin=st.floats(-500, 500),
    drop=st.integers(1, 6),
)
def test_order_and_origin_do_not_matter_and_a_lost_plane_is_found(order, spacing, origin, drop):
    places = [origin + i * spacing for i in order]
    whole = judge_series(stack(places, thickness=spacing))
    lost = judge_series(
        stack([p for i, p in zip(order, places, strict=True) if i != drop], thickness=spacing)
    )

    assert whole.verdict == "OK"
    assert (lost.verdict, lost.missing) == ("MISSING", 1)


def test_every_code_is_explained_in_both_languages():
    assert set(EXPLANATIONS) == {"OK", *FAULTS, *NOTES}
    assert all(text["zh"] and text["en"] for text in EXPLANATIONS.values())
