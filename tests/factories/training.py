"""Factories of study documents, training and the statement on signatures."""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from edc import models
from edc.selectors.statement import TEXTS, VERSION, signs, text_sha256
from tests.factories.models import SHA, StudyFactory, UserFactory


class StudyDocumentFactory(DjangoModelFactory):
    class Meta:
        model = models.StudyDocument

    study = factory.SubFactory(StudyFactory)
    code = factory.Sequence(lambda n: f"sop-{n}")
    version = "1.0"
    title_zh = "数据录入规程"
    title_en = "How data are entered"
    text_zh = "先读原始资料，再录入。"
    text_en = "Read the source first, then enter."
    sha256 = SHA
    roles = ["crc"]
    required = True
    published_by = factory.SubFactory(UserFactory)


class DocumentWithdrawalFactory(DjangoModelFactory):
    class Meta:
        model = models.DocumentWithdrawal

    document = factory.SubFactory(StudyDocumentFactory)
    by = factory.SubFactory(UserFactory)
    reason = "Replaced by the institution's own"


class TrainingRecordFactory(DjangoModelFactory):
    class Meta:
        model = models.TrainingRecord

    document = factory.SubFactory(StudyDocumentFactory)
    user = factory.SubFactory(UserFactory)
    how = "read"
    trained_on = date(2026, 11, 20)
    document_sha256 = factory.SelfAttribute("document.sha256")
    recorded_by = factory.SelfAttribute("user")


class StatementAcceptanceFactory(DjangoModelFactory):
    class Meta:
        model = models.StatementAcceptance

    user = factory.SubFactory(UserFactory)
    version = VERSION
    language = "en"
    text = TEXTS["en"]
    text_sha256 = text_sha256("en")


def accept_where_signing(user: models.User, role: str) -> None:
    """Let a person of a role that signs have accepted the statement already."""
    if signs(role) and not models.StatementAcceptance.objects.filter(user=user).exists():
        StatementAcceptanceFactory(user=user)
