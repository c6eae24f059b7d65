"""Uploads, de-identification, archive and reads; stands on edc."""

from django.apps import AppConfig


class ImagingConfig(AppConfig):
    name = "imaging"
    verbose_name = "Imaging"

    def ready(self) -> None:
        from edc import extensions
        from imaging import lock_checks, package_files
        from imaging.web.extension import ImagingExtension

        extensions.register(ImagingExtension())
        lock_checks.register()
        package_files.register()
