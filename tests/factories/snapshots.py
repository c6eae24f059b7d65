"""Factories of frozen data sets and of the packages made from them."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from edc import models
from tests.factories.models import SHA, DesignVersionFactory, SubjectFactory, UserFactory


class SnapshotRequestFactory(DjangoModelFactory):
    class Meta:
        model = models.SnapshotRequest

    study = factory.SubFactory("tests.factories.models.StudyFactory")
    name = "Interim analysis"
    requested_by = factory.SubFactory(UserFactory)


class SnapshotFactory(DjangoModelFactory):
    class Meta:
        model = models.Snapshot

    design_version = factory.SubFactory(DesignVersionFactory)
    study = factory.SelfAttribute("design_version.study")
    request = factory.SubFactory(SnapshotRequestFactory, study=factory.SelfAttribute("..study"), state="done")
    number = factory.Sequence(lambda n: n + 1)
    citation = factory.LazyAttribute(lambda made: f"{made.study.oid}-S{made.number:03d}-0123456789ab")
    name = "Interim analysis"
    audit_event = 1
    audit_hash = SHA
    counts = factory.Dict({"sites": {}})
    subject_count = form_count = value_count = 0
    content_sha256 = SHA
    frozen_at = factory.LazyFunction(timezone.now)
    frozen_by = factory.SubFactory(UserFactory)


class SnapshotPartFactory(DjangoModelFactory):
    class Meta:
        model = models.SnapshotPart

    snapshot = factory.SubFactory(SnapshotFactory)
    subject = factory.SubFactory(SubjectFactory)
    site = factory.SelfAttribute("subject.site")
    content = b""
    sha256 = SHA


class ExportFactory(DjangoModelFactory):
    class Meta:
        model = models.Export

    snapshot = factory.SubFactory(SnapshotFactory)
    purpose = "Interim analysis of the steering committee"
    requested_by = factory.SubFactory(UserFactory)
