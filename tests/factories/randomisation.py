"""Factories of lists of allocations, their rows and the allocations."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from edc import models
from tests.factories.models import SHA, StudyFactory, SubjectFactory, UserFactory


class AllocationListFactory(DjangoModelFactory):
    class Meta:
        model = models.AllocationList

    study = factory.SubFactory(StudyFactory)
    sha256 = SHA
    blinded = False
    uploaded_by = factory.SubFactory(UserFactory)

    class Params:
        in_force = factory.Trait(
            state=models.AllocationList.State.IN_FORCE,
            confirmed_by=factory.SubFactory(UserFactory),
            confirmed_at=factory.LazyFunction(timezone.now),
        )


class AllocationRowFactory(DjangoModelFactory):
    class Meta:
        model = models.AllocationRow

    list = factory.SubFactory(AllocationListFactory, in_force=True)
    stratum = "A"
    sequence = factory.Sequence(lambda n: n + 1)
    arm = "Arm 1"


class AllocationFactory(DjangoModelFactory):
    class Meta:
        model = models.Allocation

    subject = factory.SubFactory(SubjectFactory)
    row = factory.SubFactory(
        AllocationRowFactory, list__study=factory.SelfAttribute("...subject.study"), list__in_force=True
    )
    allocated_by = factory.SubFactory(UserFactory)
