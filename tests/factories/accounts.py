"""Factories of what belongs to an account."""

import factory
from factory.django import DjangoModelFactory

from edc import models
from tests.factories.models import PASSWORD, UserFactory


class PasswordRecordFactory(DjangoModelFactory):
    class Meta:
        model = models.PasswordRecord

    user = factory.SubFactory(UserFactory)
    password = factory.django.Password(PASSWORD)


class NotificationFactory(DjangoModelFactory):
    class Meta:
        model = models.Notification

    user = factory.SubFactory(UserFactory)
    kind = models.Notification.Kind.QUERY_ASSIGNED
    url = "/queries/1/"
