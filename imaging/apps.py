"""Uploads, de-identification, archive and reads; stands on edc."""

from django.apps import AppConfig


class ImagingConfig(AppConfig):
    name = "imaging"
    verbose_name = "Imaging"
