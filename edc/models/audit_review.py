"""Planned review of the audit trail: saved criteria, and the sign-off of each review (ICH E6(R3) 4.2.3)."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint


class AuditCriteria(models.Model):
    """What is looked at in the trail of a study, and how often."""

    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="audit_criteria")
    name = models.CharField(max_length=120)
    filters = models.JSONField(default=dict, help_text="As `AuditFilter` takes them.")
    every_days = models.PositiveSmallIntegerField(
        default=30, help_text="A review is due so many days after the last."
    )
    active = models.BooleanField(default=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["study_id", "name"]
        constraints = [
            UniqueConstraint(
                fields=["study", "name"], condition=Q(active=True), name="audit_criteria_name_once_per_study"
            )
        ]


class AuditReview(models.Model):
    """A person looked through the events of some criteria up to one event, and signed what was found."""

    criteria = models.ForeignKey(AuditCriteria, on_delete=models.PROTECT, related_name="reviews")
    after_event = models.PositiveBigIntegerField(
        help_text="The last event of the review before; 0 for the first."
    )
    upto_event = models.PositiveBigIntegerField()
    filters = models.JSONField(help_text="As they stood.")
    event_count = models.PositiveIntegerField()
    chain_hash = models.CharField(max_length=64, help_text="Hash of the last event of the chain then.")
    findings = models.CharField(max_length=2000)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reviewer_name = models.CharField(max_length=120, help_text="As it stood.")
    reviewed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            CheckConstraint(condition=~Q(findings=""), name="audit_review_says_what_was_found"),
            CheckConstraint(condition=Q(upto_event__gte=F("after_event")), name="audit_review_goes_forward"),
        ]
