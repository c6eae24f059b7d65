"""What people must have read before a role of theirs is active, that they did, and what they sign under."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from edc.models.person import Role


class StudyDocument(models.Model):
    """One published version of a document of a study: a text in both languages, or a PDF; never changed.

    Versions of one document share its code. The newest that was not withdrawn is in force.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="documents")
    code = models.SlugField(max_length=40, help_text="The same in all versions.")
    version = models.CharField(max_length=20)
    title_zh = models.CharField(max_length=160)
    title_en = models.CharField(max_length=160)
    text_zh = models.TextField(blank=True, max_length=60000)
    text_en = models.TextField(blank=True, max_length=60000)
    page_count = models.PositiveSmallIntegerField(default=0, help_text="Of the PDF; 0 for a text.")
    sha256 = models.CharField(max_length=64, help_text="Of the PDF, or of both texts as canonical JSON.")
    roles = models.JSONField(default=list, help_text="The roles it is for, sorted.")
    required = models.BooleanField(help_text="A role that it is for is active only after it was read.")
    grace_days = models.PositiveSmallIntegerField(
        default=0, help_text="How long those who held their role when it was published may go on without."
    )
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["study_id", "code", "-pk"]
        constraints = [
            UniqueConstraint(fields=["study", "code", "version"], name="document_version_once"),
            CheckConstraint(
                condition=Q(page_count__gte=1, text_zh="", text_en="")
                | (Q(page_count=0) & ~Q(text_zh="") & ~Q(text_en="")),
                name="document_text_or_pdf",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title_zh} {self.version}"


class DocumentWithdrawal(models.Model):
    """That a document asks nobody any more, from its newest version on; its records stay."""

    document = models.OneToOneField(StudyDocument, on_delete=models.PROTECT, related_name="withdrawal")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(max_length=300)


class TrainingRecord(models.Model):
    """That a person was trained in one version of a document, or that such a record was a mistake.

    The newest row of a person and a version holds.
    """

    class How(models.TextChoices):
        READ = "read", _("Read and confirmed here")
        PAPER = "paper", _("Recorded from paper")
        ANNULLED = "annulled", _("Annulled")

    document = models.ForeignKey(StudyDocument, on_delete=models.PROTECT, related_name="records")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="trainings")
    how = models.CharField(max_length=10, choices=How)
    trained_on = models.DateField(help_text="The day on the paper, or of the reading.")
    trainer = models.CharField(max_length=120, blank=True, help_text="Who trained, as on the paper.")
    reason = models.CharField(max_length=300, blank=True, help_text="Why a record was annulled.")
    document_sha256 = models.CharField(max_length=64, help_text="Of the version that was read.")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            CheckConstraint(
                condition=Q(how="read", trainer="", reason="")
                | (Q(how="paper", reason="") & ~Q(trainer=""))
                | (Q(how="annulled") & ~Q(reason="")),
                name="training_record_whole",
            ),
        ]
        indexes = [models.Index(fields=["user", "document"], name="training_of_person")]


class StatementAcceptance(models.Model):
    """That a person answers for what is signed with their electronic signature, as it was worded then."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="statement_acceptances"
    )
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=10, help_text="In which the person read it.")
    text = models.TextField(max_length=4000, help_text="As it was read.")
    text_sha256 = models.CharField(max_length=64)
    accepted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            UniqueConstraint(fields=["user", "version"], name="statement_accepted_once_per_version")
        ]


# The roles a document can be for: programs read nothing.
READING_ROLES = tuple(role for role in Role if role != Role.UPLOADER)
