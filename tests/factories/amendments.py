"""An amendment of the small design that touches every kind of thing, and a factory for each of its models."""

from dataclasses import replace

import factory
from factory.django import DjangoModelFactory

from edc import models
from edc.design.items import Code, FormDef, ItemDef, Limits, UnitFactor
from edc.design.protocol import EventForm, RuleDef, Window
from edc.design.study import StudyDesign
from tests.factories.designs import item, small_design, text
from tests.factories.models import SHA, DesignVersionFactory, SiteFactory, SubjectFactory, UserFactory

ADDED = item("DM", "HEIGHT", "float", unit="cm", required="always")


def amended_design(**changes) -> StudyDesign:
    """Return the small design amended: of demographics an item goes, one comes, one has another range;
    bilirubin has another unit, a visit goes, a check comes, a code is retired.
    """
    design = small_design()
    demography = _without(_with(design.form("FO.DM"), _age(design)), "IT.DM.NOTE")
    first = demography.item_groups[0]
    demography = replace(demography, item_groups=(replace(first, items=(*first.items, ADDED)),))
    chemistry = _with(design.form("FO.LBC"), _bilirubin(design))
    forms = {"FO.DM": demography, "FO.LBC": chemistry}
    fields = {
        "entry": "double",
        "forms": tuple(forms.get(form.oid, form) for form in design.forms),
        "events": _events(design),
        "rules": (*design.rules, _check()),
        "codelists": tuple(_retiring(each) for each in design.codelists),
    }
    return small_design(**(fields | changes))


def _age(design: StudyDesign) -> ItemDef:
    return replace(
        design.item("IT.DM.AGE"), label=text("Age at consent"), hard=Limits(min=18.0, max=120.0),
        soft=Limits(max=50.0),
    )  # fmt: skip


def _bilirubin(design: StudyDesign) -> ItemDef:
    return replace(design.item("IT.LBC.BILI"), unit="mg/dL", units=(UnitFactor("umol/L", 1 / 17.1),))


def _check() -> RuleDef:
    return RuleDef(
        "EC902", "soft", text("Albumin is above what is plausible"), form="FO.LBC", items=("ALB",),
        check="ALB < 35",
    )  # fmt: skip


def _events(design: StudyDesign) -> tuple:
    kept = []
    for event in design.events:
        if event.oid == "SE.BASELINE":
            event = replace(event, window=Window(3, 3), forms=(*event.forms, EventForm("FO.TXS", True)))
        if event.oid != "SE.AE":
            kept.append(event)
    return tuple(kept)


def _retiring(codelist):
    if codelist.oid != "CL.SEX":
        return codelist
    codes = (replace(codelist.items[0], retired=True), *codelist.items[1:], Code("U", "未知", "Unknown"))
    return replace(codelist, items=codes)


def _with(form: FormDef, later: ItemDef) -> FormDef:
    return replace(
        form,
        item_groups=tuple(
            replace(group, items=tuple(later if each.oid == later.oid else each for each in group.items))
            for group in form.item_groups
        ),
    )


def _without(form: FormDef, oid: str) -> FormDef:
    return replace(
        form,
        item_groups=tuple(
            replace(group, items=tuple(each for each in group.items if each.oid != oid))
            for group in form.item_groups
        ),
    )


class SiteActivationFactory(DjangoModelFactory):
    class Meta:
        model = models.SiteActivation

    site = factory.SubFactory(SiteFactory)
    design_version = factory.SubFactory(DesignVersionFactory, study=factory.SelfAttribute("..site.study"))
    active_from = "2026-01-01"
    approval = "EC 2026-7, 2025-12-20"
    set_by = factory.SubFactory(UserFactory)


class RehearsalFactory(DjangoModelFactory):
    class Meta:
        model = models.Rehearsal

    design_version = factory.SubFactory(DesignVersionFactory)
    study = factory.SelfAttribute("design_version.study")
    pair_sha256 = SHA
    requested_by = factory.SubFactory(UserFactory)


class RehearsalLineFactory(DjangoModelFactory):
    class Meta:
        model = models.RehearsalLine

    rehearsal = factory.SubFactory(RehearsalFactory)
    subject = factory.SubFactory(SubjectFactory)
    site = factory.SelfAttribute("subject.site")
    state_sha256 = SHA
    effects_sha256 = SHA


class DesignMigrationFactory(DjangoModelFactory):
    class Meta:
        model = models.DesignMigration

    rehearsal = factory.SubFactory(RehearsalFactory)
    study = factory.SelfAttribute("rehearsal.study")
    reason = "Protocol amendment 2"
    requested_by = factory.SubFactory(UserFactory)


class MigratedSubjectFactory(DjangoModelFactory):
    class Meta:
        model = models.MigratedSubject

    migration = factory.SubFactory(DesignMigrationFactory)
    subject = factory.SubFactory(SubjectFactory)
    from_version = factory.SelfAttribute("subject.design_version")
    effects_sha256 = SHA
