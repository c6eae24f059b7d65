"""Runs, features, models and scores; stands on imaging and edc."""

from django.apps import AppConfig


class ModelingConfig(AppConfig):
    name = "modeling"
    verbose_name = "Modelling"
