"""Runs, features, models and scores; stands on imaging and edc."""

from django.apps import AppConfig


class ModelingConfig(AppConfig):
    name = "modeling"
    verbose_name = "Modelling"

    def ready(self) -> None:
        from edc import extensions
        from modeling.extension import ModelingExtension

        extensions.register(ModelingExtension())
