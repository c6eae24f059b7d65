"""One factory for each model of imports."""

import factory
from factory.django import DjangoModelFactory

from edc import models
from tests.factories.models import SHA, StudyFactory, UserFactory


class ImportMappingFactory(DjangoModelFactory):
    class Meta:
        model = models.ImportMapping

    study = factory.SubFactory(StudyFactory)
    name = factory.Sequence(lambda n: f"Laboratory {n}")
    content = factory.Dict({"shape": "wide"})
    saved_by = factory.SubFactory(UserFactory)


class ImportBatchFactory(DjangoModelFactory):
    class Meta:
        model = models.ImportBatch

    study = factory.SubFactory(StudyFactory)
    kind = "csv"
    file_name = "data.csv"
    file_sha256 = SHA
    file_size = 1
    created_by = factory.SubFactory(UserFactory)


class ImportCellFactory(DjangoModelFactory):
    class Meta:
        model = models.ImportCell

    batch = factory.SubFactory(ImportBatchFactory)
    line = 2
    outcome = "accepted"


class ImportedFormFactory(DjangoModelFactory):
    class Meta:
        model = models.ImportedForm

    batch = factory.SubFactory(ImportBatchFactory)
    form = factory.SubFactory("tests.factories.models.FormInstanceFactory")
    observation = factory.SubFactory(
        "tests.factories.models.ObservationFactory", form=factory.SelfAttribute("..form")
    )
    how = "completed"
    before = factory.Dict({"items": {}, "rows": {}})
    paths = factory.List([])


class ImportedSubjectFactory(DjangoModelFactory):
    class Meta:
        model = models.ImportedSubject

    batch = factory.SubFactory(ImportBatchFactory)
    study = factory.SelfAttribute("batch.study")
    subject = factory.SubFactory("tests.factories.models.SubjectFactory")
    source_key = factory.Sequence(lambda n: f"P{n}")
