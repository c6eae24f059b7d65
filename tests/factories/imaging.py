"""One factory for each model of imaging."""

import hashlib

import factory
from factory.django import DjangoModelFactory

from imaging import models
from tests.factories.models import DesignVersionFactory, FormInstanceFactory, SubjectFactory, UserFactory

SHA = factory.Sequence(lambda n: hashlib.sha256(f"imaging {n}".encode()).hexdigest())
UID = factory.Sequence(lambda n: f"2.25.{10**38 + n}")


class UploadSessionFactory(DjangoModelFactory):
    class Meta:
        model = models.UploadSession

    form = factory.SubFactory(FormInstanceFactory, form_oid="FO.IMA")
    subject = factory.SelfAttribute("form.subject")
    created_by = factory.SubFactory(UserFactory)
    announced_count = 1


class UploadedInstanceFactory(DjangoModelFactory):
    class Meta:
        model = models.UploadedInstance

    session = factory.SubFactory(UploadSessionFactory)
    source_key = SHA
    outcome = models.UploadedInstance.Outcome.STORED
    size = 1
    sha256 = SHA


class ImagingStudyFactory(DjangoModelFactory):
    class Meta:
        model = models.ImagingStudy

    form = factory.SubFactory(FormInstanceFactory, form_oid="FO.IMA")
    subject = factory.SelfAttribute("form.subject")
    study_instance_uid = UID
    modality = "CT"
    deidentification = factory.Dict({})


class KnownPatientFactory(DjangoModelFactory):
    class Meta:
        model = models.KnownPatient

    subject = factory.SubFactory(SubjectFactory)
    patient_key = SHA


class SeriesFactory(DjangoModelFactory):
    class Meta:
        model = models.Series

    imaging_study = factory.SubFactory(ImagingStudyFactory)
    series_instance_uid = UID
    modality = "CT"
    phase = "PVP"
    slice_count = 20
    slice_thickness_mm = 3.0
    slice_spacing_mm = 2.0
    verdict = models.Series.Verdict.PASS
    content_sha256 = SHA


class InstanceFactory(DjangoModelFactory):
    class Meta:
        model = models.Instance

    series = factory.SubFactory(SeriesFactory)
    imaging_study = factory.SelfAttribute("series.imaging_study")
    series_instance_uid = factory.SelfAttribute("series.series_instance_uid")
    sop_instance_uid = UID
    sop_class_uid = "1.2.840.10008.5.1.4.1.1.2"
    sha256 = SHA
    size = 1
    header = factory.Dict({"planes": [], "series": {}})


class SegmentationFactory(DjangoModelFactory):
    class Meta:
        model = models.Segmentation

    series = factory.SubFactory(SeriesFactory)
    origin = models.Segmentation.Origin.UPLOADED
    structure = "liver"
    method = "uploaded by a reader"
    voxel_count = 1
    volume_ml = 0.001
    seg_series_instance_uid = UID
    sop_instance_uid = UID
    mask_sha256 = SHA
    created_by = factory.SubFactory(UserFactory)


class ReadFactory(DjangoModelFactory):
    class Meta:
        model = models.Read

    imaging_study = factory.SubFactory(ImagingStudyFactory)
    stream = "reader-1"
    reader = factory.SubFactory(UserFactory)


class MeasurementFactory(DjangoModelFactory):
    class Meta:
        model = models.Measurement

    read = factory.SubFactory(ReadFactory)
    uid = factory.Sequence(lambda n: f"annotation-{n}")
    lesion_label = "T01"
    kind = models.Measurement.Kind.LENGTH
    sop_instance_uid = UID
    long_axis_tenths_mm = 100
    points = factory.List([[0, 0, 0], [10, 0, 0]])


class DemandedFormFactory(DjangoModelFactory):
    class Meta:
        model = models.DemandedForm

    design_version = factory.SubFactory(DesignVersionFactory)
    form_oid = "FO.NONE"
    event_oid = "SE.NONE"


class SubjectImagesFactory(DjangoModelFactory):
    class Meta:
        model = models.SubjectImages

    subject = factory.SubFactory(SubjectFactory)
    site = factory.SelfAttribute("subject.site")
