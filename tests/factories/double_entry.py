"""Rows about double entry."""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from edc import models
from tests.factories.models import DisagreementFactory, SiteFactory, UserFactory


class EntryCountFactory(DjangoModelFactory):
    class Meta:
        model = models.EntryCount

    site = factory.SubFactory(SiteFactory)
    form_oid = "FO.DM"
    item_oid = "IT.DM.SEX"
    person = factory.SubFactory(UserFactory)
    quarter = date(2026, 10, 1)


class DecisionFactory(DjangoModelFactory):
    class Meta:
        model = models.Decision

    disagreement = factory.SubFactory(DisagreementFactory)
    choice = models.Resolution.Choice.FIRST
    reason = "As in the source"
    resolver = factory.SubFactory(UserFactory)
