"""One factory for each model of how a study is conducted: departures, deviations, specimens."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from edc import models
from tests.factories.models import SubjectFactory, UserFactory


class DepartureFactory(DjangoModelFactory):
    class Meta:
        model = models.Departure

    subject = factory.SubFactory(SubjectFactory)
    how = models.Departure.How.OWN_WISH
    left_on = "2026-07-01"
    reason = "Moved away"
    status_before = models.Subject.Status.ENROLLED
    noted_by = factory.SubFactory(UserFactory)


class DeviationFactory(DjangoModelFactory):
    class Meta:
        model = models.Deviation

    subject = factory.SubFactory(SubjectFactory)
    source = models.Deviation.Source.PERSON
    state = models.Deviation.State.REPORTED
    occurred_on = "2026-07-01"
    category = models.Deviation.Category.PROCEDURE
    description = "Contrast phase left out"
    noted_by = factory.SubFactory(UserFactory)


class SpecimenFactory(DjangoModelFactory):
    class Meta:
        model = models.Specimen

    subject = factory.SubFactory(SubjectFactory)
    study = factory.SelfAttribute("subject.study")
    at_site = factory.SelfAttribute("subject.site")
    label = factory.Sequence(lambda n: f"LB-{n:05d}")
    kind = models.Specimen.Kind.SERUM
    collected_at = factory.LazyFunction(timezone.now)


class SpecimenStepFactory(DjangoModelFactory):
    class Meta:
        model = models.SpecimenStep

    specimen = factory.SubFactory(SpecimenFactory)
    state = models.Specimen.State.COLLECTED
    at = factory.LazyFunction(timezone.now)
    site = factory.SelfAttribute("specimen.at_site")
    tubes = 1
    by = factory.SubFactory(UserFactory)
