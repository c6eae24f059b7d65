"""Every model of edc has a factory that makes a valid row."""

import inspect
import pkgutil
from importlib import import_module

import pytest
from django.apps import apps
from factory.django import DjangoModelFactory

import tests.factories

FACTORIES = {
    made._meta.model: made
    for module in pkgutil.iter_modules(tests.factories.__path__, "tests.factories.")
    for _name, made in inspect.getmembers(import_module(module.name), inspect.isclass)
    if issubclass(made, DjangoModelFactory) and made is not DjangoModelFactory
    if made._meta.model._meta.app_label == "edc"
}


def test_every_model_has_a_factory():
    models = set(apps.get_app_config("edc").get_models())
    assert models == set(FACTORIES)


@pytest.mark.django_db
@pytest.mark.parametrize("model", FACTORIES, ids=lambda model: model.__name__)
def test_the_factory_makes_a_row(model):
    assert FACTORIES[model]().pk
