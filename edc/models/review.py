"""Reviews that a study asks for beside source data verification: who, of which forms, broken by what."""

from django.conf import settings
from django.db import models
from django.db.models import UniqueConstraint
from django.utils.translation import gettext_lazy as _


class ReviewType(models.Model):
    """A kind of review: data management, medical, imaging, as the study names it."""

    class BrokenBy(models.TextChoices):
        NEVER = "never", _("No change breaks the review")
        ALWAYS = "always", _("Any change of the form")
        CRITICAL = "critical", _("A change of a critical item")

    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="review_types")
    code = models.SlugField(max_length=40)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    role = models.CharField(max_length=20, help_text="The role that reviews.")
    forms = models.JSONField(default=list, help_text="OIDs of the forms; empty: all forms.")
    broken_by = models.CharField(max_length=20, choices=BrokenBy, default=BrokenBy.ALWAYS)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["study_id", "code"]
        constraints = [UniqueConstraint(fields=["study", "code"], name="review_type_once_per_study")]


class FormReview(models.Model):
    """One person reviewed one completed form; a later change breaks the review where its type says so."""

    review_type = models.ForeignKey(ReviewType, on_delete=models.PROTECT, related_name="reviews")
    form = models.ForeignKey("edc.FormInstance", on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    content_sha256 = models.CharField(max_length=64)
    note = models.CharField(max_length=300, blank=True)
    reviewed_at = models.DateTimeField(auto_now_add=True)
    broken_at = models.DateTimeField(null=True, blank=True)
    broken_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-reviewed_at", "-pk"]
        constraints = [
            UniqueConstraint(
                fields=["review_type", "form"],
                condition=models.Q(broken_at__isnull=True),
                name="form_reviewed_once_at_a_time",
            ),
        ]
