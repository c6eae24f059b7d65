"""One factory for each model of verification by plan, reviews, freezes and locks."""

import factory
from factory.django import DjangoModelFactory

from edc import models
from tests.factories.models import SHA, FormInstanceFactory, StudyFactory, SubjectFactory, UserFactory


class VerificationPlanFactory(DjangoModelFactory):
    class Meta:
        model = models.VerificationPlan

    study = factory.SubFactory(StudyFactory)
    starts_on = "2026-01-01"
    first_n = 3
    percent = 20
    seed = "0123456789abcdef"
    reason = "Monitoring plan 1.0"
    made_by = factory.SubFactory(UserFactory)


class VerificationDrawFactory(DjangoModelFactory):
    class Meta:
        model = models.VerificationDraw

    plan = factory.SubFactory(VerificationPlanFactory)
    subject = factory.SubFactory(SubjectFactory, site__study=factory.SelfAttribute("...plan.study"))
    ordinal = 1
    number = 1
    why = models.VerificationDraw.Why.FIRST


class ItemVerificationFactory(DjangoModelFactory):
    class Meta:
        model = models.ItemVerification

    form = factory.SubFactory(FormInstanceFactory)
    path = "IT.DM.SEX"
    value_sha256 = SHA
    verifier = factory.SubFactory(UserFactory)


class FormVerificationDueFactory(DjangoModelFactory):
    class Meta:
        model = models.FormVerificationDue

    form = factory.SubFactory(FormInstanceFactory)
    required = 1
    left = 1


class ReviewTypeFactory(DjangoModelFactory):
    class Meta:
        model = models.ReviewType

    study = factory.SubFactory(StudyFactory)
    code = factory.Sequence(lambda n: f"review-{n}")
    name_zh = "医学审核"
    name_en = "Medical review"
    role = models.Role.INVESTIGATOR


class FormReviewFactory(DjangoModelFactory):
    class Meta:
        model = models.FormReview

    form = factory.SubFactory(FormInstanceFactory)
    review_type = factory.SubFactory(ReviewTypeFactory, study=factory.SelfAttribute("..form.subject.study"))
    reviewer = factory.SubFactory(UserFactory)
    content_sha256 = SHA


class HoldFactory(DjangoModelFactory):
    class Meta:
        model = models.Hold

    level = models.Level.STUDY
    kind = models.HoldKind.FREEZE
    study = factory.SubFactory(StudyFactory)
    placed_by = factory.SubFactory(UserFactory)
    reason = "Interim analysis"


class HoldRequestFactory(DjangoModelFactory):
    class Meta:
        model = models.HoldRequest

    level = models.Level.STUDY
    kind = models.HoldKind.LOCK
    study = factory.SubFactory(StudyFactory)
    act = models.HoldRequest.Act.PLACE
    reason = "Database lock"
    asked_by = factory.SubFactory(UserFactory)


class SubjectCountsFactory(DjangoModelFactory):
    class Meta:
        model = models.SubjectCounts

    subject = factory.SubFactory(SubjectFactory)
    site = factory.SelfAttribute("subject.site")


class SubjectFindingsFactory(DjangoModelFactory):
    class Meta:
        model = models.SubjectFindings

    subject = factory.SubFactory(SubjectFactory)
    site = factory.SelfAttribute("subject.site")
