"""The lowest app: people, designs, subjects, forms, observations, audit."""

from django.apps import AppConfig


class EdcConfig(AppConfig):
    name = "edc"
    verbose_name = "Electronic data capture"
