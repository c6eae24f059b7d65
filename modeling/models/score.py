"""Scores and what clinicians decided about them."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class Band(models.TextChoices):
    LOW = "low", _("Low risk")
    MIDDLE = "middle", _("Middle risk")
    HIGH = "high", _("High risk")


class Score(models.Model):
    """A model version's answer for a subject: a score with its interval, or an abstention with its reason."""

    run = models.OneToOneField("modeling.Run", on_delete=models.PROTECT, related_name="score")
    subject = models.ForeignKey("edc.Subject", on_delete=models.PROTECT, related_name="scores")
    model_version = models.ForeignKey(
        "modeling.ModelVersion", on_delete=models.PROTECT, related_name="scores"
    )
    value = models.FloatField(null=True, help_text="0 to 100.")
    probability = models.FloatField(null=True)
    interval_low = models.FloatField(null=True)
    interval_high = models.FloatField(null=True)
    band = models.CharField(max_length=10, choices=Band, blank=True)
    contributions = models.JSONField(
        default=list, help_text="What moved the score, in points, with its input."
    )
    inputs = models.JSONField(default=dict, help_text="Every input with its value and where it came from.")
    checks = models.JSONField(default=list, help_text="The input contract, line by line.")
    abstained = models.BooleanField(default=False)
    abstain_reasons = models.JSONField(default=list, help_text="Objects of zh and en.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            CheckConstraint(
                condition=Q(abstained=True, value__isnull=True) | Q(abstained=False, value__isnull=False),
                name="score_or_abstention",
            ),
        ]


class ScoreReview(models.Model):
    """A clinician's decision on a score; the score itself never changes."""

    class Decision(models.TextChoices):
        ACCEPT = "accept", _("Accept")
        OVERRIDE = "override", _("Override")

    score = models.ForeignKey(Score, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="score_reviews"
    )
    decision = models.CharField(max_length=10, choices=Decision)
    band = models.CharField(max_length=20, help_text="The band the reviewer stands by, or not_applicable.")
    reason_code = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-decided_at", "-pk"]
        constraints = [
            UniqueConstraint(fields=["score", "reviewer"], name="score_reviewed_once_per_person"),
            CheckConstraint(condition=Q(decision="accept") | ~Q(reason=""), name="override_has_reason"),
        ]
