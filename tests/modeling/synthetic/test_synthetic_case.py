from datetime import date

import numpy as np
import pydicom
import pytest

from modeling.synthetic import PHASES, make_case, write_dicom

SMALL = (16, 64, 64)


@pytest.fixture(scope="module")
def case():
    return make_case(7, size=SMALL)


def lesion_mean(case, phase):
    return float(case.phases[phase].volume[case.lesion].mean())


def test_a_seed_names_one_patient(case):
    again = make_case(7, size=SMALL)
    assert again.clinical == case.clinical
    assert again.outcome == case.outcome
    for phase in PHASES:
        assert np.array_equal(again.phases[phase].volume, case.phases[phase].volume)


def test_size_changes_voxels_but_not_the_patient(case):
    larger = make_case(7, size=(20, 96, 96))
    assert larger.clinical == case.clinical
    assert larger.outcome == case.outcome
    assert larger.phases["AP"].volume.shape == (20, 96, 96)


def test_lesion_enhances_in_arterial_phase_and_washes_out(case):
    assert lesion_mean(case, "AP") > lesion_mean(case, "PLAIN") + 15
    assert lesion_mean(case, "DP") < lesion_mean(case, "AP")


def test_voxels_are_hounsfield_units_of_a_body_in_air(case):
    volume = case.phases["AP"].volume
    assert volume.dtype == np.int16
    assert volume[:, 0, 0].mean() < -950
    assert volume.max() > 200
    assert 0 < case.lesion.sum() < 0.1 * case.lesion.size


def test_nobody_is_censored_before_the_horizon():
    for seed in range(12):
        outcome = make_case(seed, size=(4, 16, 16)).outcome
        assert outcome.event or outcome.pfs_months > 12


@pytest.fixture(scope="module")
def slices(case, tmp_path_factory):
    folder = tmp_path_factory.mktemp("dicom")
    paths = write_dicom(
        case, folder, patient_name="Zhang^San", patient_id="H0001", start_date=date(2024, 3, 8)
    )
    return [pydicom.dcmread(path) for path in paths]


def test_dicom_gives_one_series_per_phase(slices):
    assert len(slices) == 4 * SMALL[0]
    assert len({s.SeriesInstanceUID for s in slices}) == 4
    assert len({s.SOPInstanceUID for s in slices}) == len(slices)
    assert len({s.StudyInstanceUID for s in slices}) == 1
    assert {str(s.PatientName) for s in slices} == {"Zhang^San"}


def test_dicom_pixels_and_geometry_are_those_of_the_volume(case, slices):
    arterial = [s for s in slices if s.SeriesDescription == "Abdomen Arterial Phase"]
    assert np.array_equal(np.stack([s.pixel_array for s in arterial]), case.phases["AP"].volume)
    heights = np.diff([float(s.ImagePositionPatient[2]) for s in arterial])
    assert heights == pytest.approx(case.phases["AP"].spacing[0], abs=1e-4)
    assert [float(v) for v in arterial[0].PixelSpacing] == pytest.approx(case.phases["AP"].spacing[1:])


def test_only_enhanced_phases_state_a_contrast_injection(slices):
    delays = {}
    for s in slices:
        start = s.get("ContrastBolusStartTime")
        delays[s.SeriesDescription] = start and int(s.AcquisitionTime) - int(start)
    assert delays["Abdomen Plain"] is None
    assert delays["Abdomen Arterial Phase"] == 35


def test_rewriting_a_case_gives_the_same_instances(case, slices, tmp_path):
    paths = write_dicom(case, tmp_path, patient_name="X", patient_id="Y", start_date=date(2024, 3, 8))
    assert [pydicom.dcmread(p).SOPInstanceUID for p in paths] == [s.SOPInstanceUID for s in slices]
