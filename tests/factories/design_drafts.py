"""One factory for each model of design drafts, and a sound change to make in one."""

import json
from typing import Any

import factory
from factory.django import DjangoModelFactory

from edc import models
from edc.design.whole import Document, written
from tests.factories.designs import small_design
from tests.factories.models import DesignVersionFactory, StudyFactory, UserFactory


class DesignDraftFactory(DjangoModelFactory):
    class Meta:
        model = models.DesignDraft

    study = factory.SubFactory(StudyFactory)
    base = factory.SubFactory(DesignVersionFactory, study=factory.SelfAttribute("..study"))
    name = "Amendment"
    content = factory.LazyAttribute(lambda made: json.dumps(written(made.base.design), ensure_ascii=False))
    started_by = factory.SubFactory(UserFactory)


class DesignDraftStepFactory(DjangoModelFactory):
    class Meta:
        model = models.DesignDraftStep

    draft = factory.SubFactory(DesignDraftFactory)
    kind = models.DesignDraftStep.Kind.STARTED
    revision = 1
    by = factory.SubFactory(UserFactory)


class StudyFoundingFactory(DjangoModelFactory):
    class Meta:
        model = models.StudyFounding

    file_name = "dictionary.csv"
    file_sha256 = "0" * 64
    content = factory.LazyFunction(lambda: json.dumps(written(small_design()), ensure_ascii=False))
    account = factory.LazyFunction(lambda: {"carried": {"forms": 1}, "not_carried": []})
    started_by = factory.SubFactory(UserFactory)


def relabelled(document: Document, label: str = "Sex at birth") -> dict[str, Any]:
    """Return the forms of the document with the item IT.DM.SEX labelled otherwise."""
    forms = json.loads(json.dumps(document["forms"]))
    [item] = [i for f in forms for g in f["item_groups"] for i in g["items"] if i["oid"] == "IT.DM.SEX"]
    item["label"] = {"zh": f"{label}(中)", "en": label}
    return {"forms": forms}
