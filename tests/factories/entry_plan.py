"""Rows about how much is entered twice."""

import factory
from factory.django import DjangoModelFactory

from edc import models
from tests.factories.models import SHA, FormInstanceFactory, SiteFactory, StudyFactory, UserFactory


class EntrySeedFactory(DjangoModelFactory):
    class Meta:
        model = models.EntrySeed

    study = factory.SubFactory(StudyFactory)
    seed = "5eed"


class EntryTermsFactory(DjangoModelFactory):
    class Meta:
        model = models.EntryTerms

    study = factory.SubFactory(StudyFactory)
    limit = "0.5"
    critical_limit = "0.1"
    reason = "As in the data management plan"
    decided_by = factory.SubFactory(UserFactory)


class EntryRateFactory(DjangoModelFactory):
    class Meta:
        model = models.EntryRate

    site = factory.SubFactory(SiteFactory)
    form_oid = "FO.DM"
    before = 100
    percent = 50
    numbers = factory.Dict({})
    reason = "Upper bounds under the limits"
    decided_by = factory.SubFactory(UserFactory)


class EntryDrawFactory(DjangoModelFactory):
    class Meta:
        model = models.EntryDraw

    form = factory.SubFactory(FormInstanceFactory)
    seed = factory.SubFactory(EntrySeedFactory)
    number = 1234
    percent = 50
    twice = True


class RecheckFactory(DjangoModelFactory):
    class Meta:
        model = models.Recheck

    form = factory.SubFactory(FormInstanceFactory)
    observer = factory.SubFactory(UserFactory)
    content = factory.Dict({"items": {}, "rows": {}})
    content_sha256 = SHA
    marked = factory.List(["IT.DM.AGE"])
