"""Write a synthetic case as CT Image Storage series, one per phase.

The files carry invented identifiers on purpose: a de-identification that removes nothing would be seen.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian, generate_uid

from modeling.synthetic.case import PhaseVolume, SyntheticCase

SERIES_DESCRIPTION = {
    "PLAIN": "Abdomen Plain",
    "AP": "Abdomen Arterial Phase",
    "PVP": "Abdomen Portal Venous Phase",
    "DP": "Abdomen Delayed Phase",
}
SECONDS_AFTER_INJECTION = {"PLAIN": -60, "AP": 35, "PVP": 70, "DP": 180}
_INJECTION = time(9, 30, 0)


@dataclass(frozen=True)
class FakePerson:
    """Identifiers of nobody, written into the header to be removed by de-identification."""

    patient_name: str
    patient_id: str
    birth_date: date = date(1966, 5, 4)
    sex: str = "M"


def write_dicom(
    case: SyntheticCase, folder: Path, *, patient_name: str, patient_id: str, start_date: date
) -> list[Path]:
    """Write `<folder>/<phase>/IM0001.dcm` … and return the paths in phase and slice order.

    One study and one frame of reference; instance UIDs depend on seed, size, phase and slice, so a rewrite
    gives the same instances. Geometry: axial, identity orientation, head-most slice last.
    """
    person = FakePerson(patient_name, patient_id)
    paths = []
    for number, (phase, volume) in enumerate(case.phases.items(), start=1):
        series = _series(case, phase, number, volume, person, start_date)
        target = folder / phase
        target.mkdir(parents=True, exist_ok=True)
        paths += [_write_slice(series, case, phase, volume, k, target) for k in range(volume.volume.shape[0])]
    return paths


def _uid(case: SyntheticCase, *parts: object) -> UID:
    size = next(iter(case.phases.values())).volume.shape
    return generate_uid(entropy_srcs=[f"synthetic-{case.seed}", str(size), *map(str, parts)])


def _series(
    case: SyntheticCase, phase: str, number: int, volume: PhaseVolume, person: FakePerson, day: date
) -> Dataset:
    """Attributes shared by all slices of one phase."""
    injected = datetime.combine(day, _INJECTION)
    acquired = injected + timedelta(seconds=SECONDS_AFTER_INJECTION[phase])
    data = Dataset()
    _identify(data, case, person, day)
    data.Modality = "CT"
    data.SOPClassUID = CTImageStorage
    data.SeriesInstanceUID = _uid(case, phase)
    data.SeriesNumber = number
    data.AcquisitionNumber = number
    data.SeriesDescription = SERIES_DESCRIPTION[phase]
    data.ProtocolName = "Liver 4 phase"
    data.SeriesDate = data.AcquisitionDate = data.ContentDate = f"{day:%Y%m%d}"
    data.SeriesTime = data.AcquisitionTime = data.ContentTime = f"{acquired:%H%M%S}"
    if phase != "PLAIN":
        _contrast(data, injected)
    _acquisition(data, volume)
    return data


def _identify(data: Dataset, case: SyntheticCase, person: FakePerson, day: date) -> None:
    data.SpecificCharacterSet = "ISO_IR 192"
    data.PatientName = person.patient_name
    data.PatientID = person.patient_id
    data.PatientBirthDate = f"{person.birth_date:%Y%m%d}"
    data.PatientSex = person.sex
    data.PatientWeight = "68"
    data.InstitutionName = "Synthetic Teaching Hospital"
    data.ReferringPhysicianName = "Nobody^Doctor"
    data.AccessionNumber = f"SYN{case.seed:08d}"
    data.StudyInstanceUID = _uid(case, "study")
    data.StudyID = str(case.seed)
    data.StudyDate = f"{day:%Y%m%d}"
    data.StudyTime = "092500"
    data.StudyDescription = "Synthetic abdomen CT"
    data.FrameOfReferenceUID = _uid(case, "frame")
    data.PositionReferenceIndicator = ""


def _contrast(data: Dataset, injected: datetime) -> None:
    data.ContrastBolusAgent = "Iohexol 350"
    data.ContrastBolusRoute = "IV"
    data.ContrastBolusVolume = "90"
    data.ContrastBolusStartTime = f"{injected:%H%M%S}"


def _acquisition(data: Dataset, volume: PhaseVolume) -> None:
    thickness, row, column = volume.spacing
    data.Manufacturer = "Synthetic"
    data.ManufacturerModelName = "Phantom"
    data.DeviceSerialNumber = "SYN-0001"
    data.SoftwareVersions = "1"
    data.KVP = "120"
    data.XRayTubeCurrent = "250"
    data.ConvolutionKernel = "B30f"
    data.PatientPosition = "HFS"
    data.BodyPartExamined = "ABDOMEN"
    data.SliceThickness = f"{thickness:.6g}"
    data.SpacingBetweenSlices = f"{thickness:.6g}"
    data.PixelSpacing = [f"{row:.8g}", f"{column:.8g}"]
    data.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    data.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    data.WindowCenter, data.WindowWidth = "40", "350"
    _pixel_format(data, volume)


def _pixel_format(data: Dataset, volume: PhaseVolume) -> None:
    data.Rows, data.Columns = volume.volume.shape[1:]
    data.SamplesPerPixel = 1
    data.PhotometricInterpretation = "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 1
    data.RescaleSlope, data.RescaleIntercept, data.RescaleType = "1", "0", "HU"


def _write_slice(
    series: Dataset, case: SyntheticCase, phase: str, volume: PhaseVolume, k: int, folder: Path
) -> Path:
    z0, y0, x0 = volume.origin
    z = z0 + k * volume.spacing[0]
    path = folder / f"IM{k + 1:04d}.dcm"
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = _uid(case, phase, k)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image = FileDataset(path, series, file_meta=meta, preamble=b"\0" * 128)
    image.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    image.InstanceNumber = k + 1
    image.ImagePositionPatient = [f"{x0:.8g}", f"{y0:.8g}", f"{z:.8g}"]
    image.SliceLocation = f"{z:.8g}"
    image.PixelData = volume.volume[k].astype("<i2").tobytes()
    image.save_as(path, enforce_file_format=True)
    return path
