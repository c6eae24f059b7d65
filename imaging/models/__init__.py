"""The models of the imaging app, by concept."""

from imaging.models.imaging_study import ImagingStudy, Instance, Series
from imaging.models.patient import KnownPatient
from imaging.models.read import Measurement, Read
from imaging.models.segmentation import Segmentation
from imaging.models.subject_images import DemandedForm, SubjectImages
from imaging.models.upload import UploadedInstance, UploadSession

__all__ = [
    "DemandedForm",
    "ImagingStudy",
    "Instance",
    "KnownPatient",
    "Measurement",
    "Read",
    "Segmentation",
    "Series",
    "SubjectImages",
    "UploadSession",
    "UploadedInstance",
]
