"""Synthetic CT series for tests: a bright sphere in water, with every attribute that a CT needs."""

from io import BytesIO

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid


def sphere(
    shape: tuple[int, int, int], radius: float, spacing: tuple[float, float, float] = (1.0, 1.0, 1.0)
) -> np.ndarray:
    """A boolean ball (z, y, x) in the middle of the volume; radius and spacing in mm."""
    axes = [(np.arange(n) - (n - 1) / 2) * step for n, step in zip(shape, spacing, strict=True)]
    z, y, x = np.meshgrid(*axes, indexing="ij")
    return z**2 + y**2 + x**2 <= radius**2


def ct_series(
    hounsfield: np.ndarray,
    *,
    spacing: tuple[float, float, float] = (2.0, 1.0, 1.0),
    origin: tuple[float, float, float] = (-40.0, -30.0, 100.0),
    orientation: tuple[float, ...] = (1, 0, 0, 0, 1, 0),
    seed: str = "phantom",
) -> list[FileDataset]:
    """One axial CT series of (z, y, x) Hounsfield units; UIDs follow from the seed."""
    study, series, frame = (generate_uid(entropy_srcs=[seed, part]) for part in ("study", "series", "frame"))
    normal = np.cross(orientation[:3], orientation[3:])
    slices = []
    for index, plane in enumerate(hounsfield):
        dataset = _empty_ct(generate_uid(entropy_srcs=[seed, str(index)]))
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.FrameOfReferenceUID = (
            study,
            series,
            frame,
        )
        dataset.InstanceNumber = index + 1
        dataset.ImageOrientationPatient = list(orientation)
        dataset.ImagePositionPatient = [float(v) for v in np.array(origin) + normal * spacing[0] * index]
        dataset.SliceThickness = spacing[0]
        dataset.PixelSpacing = [spacing[1], spacing[2]]
        dataset.Rows, dataset.Columns = plane.shape
        dataset.PixelData = (plane + 1024).astype("<u2").tobytes()
        slices.append(dataset)
    return slices


def encode(dataset: Dataset) -> bytes:
    """The data set as a DICOM Part 10 file."""
    buffer = BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _empty_ct(sop_instance_uid: str) -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = sop_instance_uid
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, sop_instance_uid
    dataset.update(
        {
            "SpecificCharacterSet": "GB18030",
            "PatientID": "T-001",
            "PatientName": "测试",
            "PatientBirthDate": "",
            "PatientSex": "O",
            "StudyID": "1",
            "AccessionNumber": "",
            "StudyDate": "20240312",
            "StudyTime": "101500",
            "ReferringPhysicianName": "",
            "Modality": "CT",
            "SeriesNumber": 1,
            "SeriesDescription": "肝脏 门脉期",
            "Manufacturer": "phantom",
            "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
            "PositionReferenceIndicator": "",
            "SamplesPerPixel": 1,
            "PhotometricInterpretation": "MONOCHROME2",
            "BitsAllocated": 16,
            "BitsStored": 16,
            "HighBit": 15,
            "PixelRepresentation": 0,
            "RescaleIntercept": -1024,
            "RescaleSlope": 1,
            "KVP": 120,
        }
    )
    return dataset
