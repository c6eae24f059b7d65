"""One factory for each model of edc."""

import hashlib
from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from edc import models
from tests.factories.designs import small_design

PASSWORD = "correct horse battery"
SHA = factory.Sequence(lambda n: hashlib.sha256(str(n).encode()).hexdigest())


class UserFactory(DjangoModelFactory):
    class Meta:
        model = models.User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    display_name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.django.Password(PASSWORD)


class StudyFactory(DjangoModelFactory):
    class Meta:
        model = models.Study

    oid = factory.Sequence(lambda n: f"ChiCTR27{n:08d}")
    title_zh = "一项研究"
    short_title_zh = "研究"
    short_title_en = "Study"


class InstitutionFactory(DjangoModelFactory):
    class Meta:
        model = models.Institution

    key = factory.Sequence(lambda n: f"hospital{n}")
    name_zh = "医院"
    name_en = "Hospital"


class SiteFactory(DjangoModelFactory):
    class Meta:
        model = models.Site

    study = factory.SubFactory(StudyFactory)
    institution = factory.SubFactory(InstitutionFactory)
    oid = factory.Sequence(lambda n: f"S{n:03d}")
    number = factory.Sequence(lambda n: f"{n:03d}"[-4:])
    name_zh = "中心"
    name_en = "Site"


class StudyUserObjectPermissionFactory(DjangoModelFactory):
    class Meta:
        model = models.StudyUserObjectPermission

    user = factory.SubFactory(UserFactory)
    content_object = factory.SubFactory(StudyFactory)
    permission = factory.LazyFunction(lambda: _permission("view_study_data"))


class SiteUserObjectPermissionFactory(DjangoModelFactory):
    class Meta:
        model = models.SiteUserObjectPermission

    user = factory.SubFactory(UserFactory)
    content_object = factory.SubFactory(SiteFactory)
    permission = factory.LazyFunction(lambda: _permission("view_subjects"))


def _permission(codename: str) -> object:
    from django.contrib.auth.models import Permission

    return Permission.objects.get(codename=codename, content_type__app_label="edc")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = models.Membership

    user = factory.SubFactory(UserFactory)
    study = factory.SubFactory(StudyFactory)
    role = models.Role.CRC


class ApiTokenFactory(DjangoModelFactory):
    class Meta:
        model = models.ApiToken

    user = factory.SubFactory(UserFactory)
    name = "laptop"
    prefix = "tdm_abcd"
    token_sha256 = SHA
    scopes = factory.List(["read"])
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=30))


class IdempotencyRecordFactory(DjangoModelFactory):
    class Meta:
        model = models.IdempotencyRecord

    user = factory.SubFactory(UserFactory)
    key = factory.Sequence(lambda n: f"key-{n}")
    request_sha256 = SHA


class DesignVersionFactory(DjangoModelFactory):
    class Meta:
        model = models.DesignVersion

    study = factory.SubFactory(StudyFactory)
    number = 1
    content = factory.LazyAttribute(lambda made: small_design(oid=made.study.oid).to_json())
    sha256 = factory.LazyAttribute(lambda made: small_design(oid=made.study.oid).sha256)
    published_by = factory.SubFactory(UserFactory)


class SubjectFactory(DjangoModelFactory):
    class Meta:
        model = models.Subject

    site = factory.SubFactory(SiteFactory)
    study = factory.SelfAttribute("site.study")
    design_version = factory.SubFactory(DesignVersionFactory, study=factory.SelfAttribute("..site.study"))
    subject_key = factory.Sequence(lambda n: f"01-{n:04d}")
    created_by = factory.SubFactory(UserFactory)


class EligibilityAssessmentFactory(DjangoModelFactory):
    class Meta:
        model = models.EligibilityAssessment

    subject = factory.SubFactory(SubjectFactory)
    design_version = factory.SelfAttribute("subject.design_version")
    verdict = models.EligibilityAssessment.Verdict.PENDING
    criteria = factory.List([])


class StudyEventFactory(DjangoModelFactory):
    class Meta:
        model = models.StudyEvent

    subject = factory.SubFactory(SubjectFactory)
    event_oid = "SE.SCREEN"
    repeat_key = factory.Sequence(lambda n: n + 1)


class FormInstanceFactory(DjangoModelFactory):
    class Meta:
        model = models.FormInstance

    event = factory.SubFactory(StudyEventFactory)
    subject = factory.SelfAttribute("event.subject")
    design_version = factory.SelfAttribute("event.subject.design_version")
    form_oid = "FO.DM"


class DraftFactory(DjangoModelFactory):
    class Meta:
        model = models.Draft

    form = factory.SubFactory(FormInstanceFactory)
    stream = models.Stream.ENTRY_1
    observer = factory.SubFactory(UserFactory)


class DraftItemFactory(DjangoModelFactory):
    class Meta:
        model = models.DraftItem

    draft = factory.SubFactory(DraftFactory)
    path = "IT.DM.SEX"
    entry = factory.Dict({"raw": "F", "unit": None, "missing": None})


class ObservationFactory(DjangoModelFactory):
    class Meta:
        model = models.Observation

    form = factory.SubFactory(FormInstanceFactory)
    stream = models.Stream.ENTRY_1
    observer = factory.SubFactory(UserFactory)
    content = factory.LazyFunction(lambda: {"items": {}, "rows": {}})
    content_sha256 = SHA


class DisagreementFactory(DjangoModelFactory):
    class Meta:
        model = models.Disagreement

    form = factory.SubFactory(FormInstanceFactory)
    path = "IT.DM.SEX"
    first = factory.SubFactory(ObservationFactory, form=factory.SelfAttribute("..form"))
    second = factory.SubFactory(
        ObservationFactory, form=factory.SelfAttribute("..form"), stream=models.Stream.ENTRY_2
    )


class ResolutionFactory(DjangoModelFactory):
    class Meta:
        model = models.Resolution

    disagreement = factory.SubFactory(DisagreementFactory)
    choice = models.Resolution.Choice.FIRST
    reason = "As in the source"
    resolver = factory.SubFactory(UserFactory)


class ItemValueFactory(DjangoModelFactory):
    class Meta:
        model = models.ItemValue

    form = factory.SubFactory(FormInstanceFactory)
    item_oid = "IT.DM.SEX"
    value = "F"
    raw = "F"


class QueryFactory(DjangoModelFactory):
    class Meta:
        model = models.Query

    form = factory.SubFactory(FormInstanceFactory)
    origin = models.Query.Origin.MANUAL
    text_zh = "请核对"
    raised_by = factory.SubFactory(UserFactory)


class QueryMessageFactory(DjangoModelFactory):
    class Meta:
        model = models.QueryMessage

    query = factory.SubFactory(QueryFactory)
    author = factory.SubFactory(UserFactory)
    text = "As in the source"
    state_after = models.Query.State.ANSWERED


class StandardTextFactory(DjangoModelFactory):
    class Meta:
        model = models.StandardText

    study = factory.SubFactory(StudyFactory)
    code = factory.Sequence(lambda n: f"own-{n}")
    purpose = models.StandardText.Purpose.QUERY
    text_zh = "请核对原始记录。"
    text_en = "Compare with the source."


class VerificationFactory(DjangoModelFactory):
    class Meta:
        model = models.Verification

    form = factory.SubFactory(FormInstanceFactory)
    verifier = factory.SubFactory(UserFactory)
    content_sha256 = SHA


class SigningActFactory(DjangoModelFactory):
    class Meta:
        model = models.SigningAct

    subject = factory.SubFactory(SubjectFactory)
    scope = models.SigningAct.Scope.CASEBOOK
    signer = factory.SubFactory(UserFactory)
    meaning = models.Signature.Meaning.REVIEWED
    content_sha256 = SHA


class SignatureFactory(DjangoModelFactory):
    class Meta:
        model = models.Signature

    form = factory.SubFactory(FormInstanceFactory)
    signer = factory.SubFactory(UserFactory)
    signer_name = "Person"
    role = models.Role.INVESTIGATOR
    meaning = models.Signature.Meaning.REVIEWED
    content_sha256 = SHA


class AuditEventFactory(DjangoModelFactory):
    """A row outside the chain; tests of the chain use `edc.audit.record`."""

    class Meta:
        model = models.AuditEvent

    at = factory.LazyFunction(timezone.now)
    actor = factory.SubFactory(UserFactory)
    actor_name = "Person"
    action = "test.made"
    target_type = "edc.user"
    target_id = "1"
    channel = "command"
    software_version = "0"
    previous_hash = SHA
    hash = SHA


class AuditHeadFactory(DjangoModelFactory):
    class Meta:
        model = models.AuditHead
        django_get_or_create = ("id",)

    id = 1
    last_hash = "0" * 64


class AuditCriteriaFactory(DjangoModelFactory):
    class Meta:
        model = models.AuditCriteria

    study = factory.SubFactory(StudyFactory)
    name = factory.Sequence(lambda n: f"Criteria {n}")
    made_by = factory.SubFactory(UserFactory)


class AuditReviewFactory(DjangoModelFactory):
    class Meta:
        model = models.AuditReview

    criteria = factory.SubFactory(AuditCriteriaFactory)
    after_event = 0
    upto_event = 1
    filters = factory.Dict({})
    event_count = 1
    chain_hash = SHA
    findings = "Nothing odd"
    reviewer = factory.SubFactory(UserFactory)
    reviewer_name = "Person"


class RedactionFactory(DjangoModelFactory):
    class Meta:
        model = models.Redaction

    form = factory.SubFactory(FormInstanceFactory)
    subject = factory.SelfAttribute("form.subject")
    path = "IT.DM.NOTE"
    text = "Zhang San"
    reason = "A name"
    requested_by = factory.SubFactory(UserFactory)


class RedactedCellFactory(DjangoModelFactory):
    class Meta:
        model = models.RedactedCell

    redaction = factory.SubFactory(RedactionFactory)
    table_name = "edc_observation"
    row_id = 1
    column_name = "content"
    masked = "[redacted]"
