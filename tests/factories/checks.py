"""One factory for each model of checks, their acceptance and their formulas."""

import factory
from factory.django import DjangoModelFactory

from edc import models
from tests.factories.models import SHA, DesignVersionFactory, FormInstanceFactory, UserFactory


class CheckFiringFactory(DjangoModelFactory):
    class Meta:
        model = models.CheckFiring

    form = factory.SubFactory(FormInstanceFactory)
    path = "IT.DM.AGE"
    rule_oid = factory.Sequence(lambda n: f"EC{n:03d}")
    severity = "soft"
    message_zh = "请核对"


class CheckReasonFactory(DjangoModelFactory):
    class Meta:
        model = models.CheckReason

    form = factory.SubFactory(FormInstanceFactory)
    path = "IT.DM.AGE"
    rule_oid = "EC006"
    author = factory.SubFactory(UserFactory)
    text = "As in the source"


class UatRunFactory(DjangoModelFactory):
    class Meta:
        model = models.UatRun

    design_version = factory.SubFactory(DesignVersionFactory)
    study = factory.SelfAttribute("design_version.study")
    run_by = factory.SubFactory(UserFactory)
    software_version = "0"
    passed = 1
    failed = 0
    mutants = 1
    killed = 1
    result = factory.LazyFunction(lambda: {"rules": [], "platform": [], "answered": []})
    result_sha256 = SHA


class FormulaAdoptionFactory(DjangoModelFactory):
    class Meta:
        model = models.FormulaAdoption

    design_version = factory.SubFactory(DesignVersionFactory)
    study = factory.SelfAttribute("design_version.study")
    items = factory.List(["IT.DM.AGE"])
    report = factory.List([])
    reason = "Corrected"
    adopted_by = factory.SubFactory(UserFactory)
