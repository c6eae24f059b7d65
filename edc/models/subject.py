"""Subjects and the computed answers to the eligibility criteria."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class Subject(models.Model):
    """A person in a study, known here by a screening number alone."""

    class Status(models.TextChoices):
        SCREENING = "screening", _("Screening")
        ENROLLED = "enrolled", _("Enrolled")
        SCREEN_FAILED = "screen_failed", _("Screen failed")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        COMPLETED = "completed", _("Completed")

    MOVES = frozenset(
        {
            ("screening", "enrolled"),
            ("screening", "screen_failed"),
            ("screening", "withdrawn"),
            ("screen_failed", "screening"),
            ("enrolled", "withdrawn"),
            ("enrolled", "completed"),
            # A departure noted by mistake is taken back.
            ("withdrawn", "screening"),
            ("withdrawn", "enrolled"),
            ("completed", "enrolled"),
        }
    )

    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="subjects")
    site = models.ForeignKey("edc.Site", on_delete=models.PROTECT, related_name="subjects")
    design_version = models.ForeignKey("edc.DesignVersion", on_delete=models.PROTECT, related_name="+")
    subject_key = models.CharField(
        max_length=20, help_text="Screening number: site number, dash, running number."
    )
    status = models.CharField(max_length=20, choices=Status, default=Status.SCREENING)
    status_reason = models.CharField(max_length=300, blank=True)
    cohort = models.CharField(max_length=20, blank=True)
    synthetic = models.BooleanField(default=False, help_text="Made by the demonstration, not a patient.")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["study_id", "subject_key"]
        constraints = [
            UniqueConstraint(fields=["study", "subject_key"], name="subject_key_once_per_study"),
            CheckConstraint(condition=~Q(subject_key=""), name="subject_key_not_empty"),
        ]
        indexes = [models.Index(fields=["study", "-created_at", "-id"], name="subject_newest_first")]

    def __str__(self) -> str:
        return self.subject_key


class EligibilityAssessment(models.Model):
    """The criteria as computed at one moment; a new computation is a new row."""

    class Verdict(models.TextChoices):
        ELIGIBLE = "eligible", _("Eligible")
        NOT_ELIGIBLE = "not_eligible", _("Not eligible")
        PENDING = "pending", _("Not yet evaluable")

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="eligibility_assessments")
    design_version = models.ForeignKey("edc.DesignVersion", on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=20, choices=Verdict)
    criteria = models.JSONField(help_text="One object a criterion: oid, category, met, missing, evidence.")
    computed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-computed_at", "-pk"]
