"""Masks over a series: drawn, uploaded or computed; a computed one is a draft until a person signs it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Segmentation(models.Model):
    """One mask of one structure on one series, stored as DICOM SEG."""

    class Origin(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded by a reader")
        SEMI_AUTOMATIC = "semi_automatic", _("Semi-automatic")
        MODEL = "model", _("Model")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SIGNED = "signed", _("Signed")
        RETIRED = "retired", _("Retired")

    MOVES = frozenset({("draft", "signed"), ("draft", "retired"), ("signed", "retired")})

    series = models.ForeignKey("imaging.Series", on_delete=models.PROTECT, related_name="segmentations")
    origin = models.CharField(max_length=20, choices=Origin)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    structure = models.CharField(max_length=40, help_text="Such as liver or lesion.")
    label = models.CharField(max_length=40, blank=True, help_text="Lesion label, such as T01.")
    method = models.CharField(max_length=120, help_text="Algorithm name and version, or how it was drawn.")
    parameters = models.JSONField(default=dict)
    voxel_count = models.PositiveIntegerField()
    volume_ml = models.FloatField()
    seg_series_instance_uid = models.CharField(max_length=64, help_text="Of the DICOM SEG.")
    sop_instance_uid = models.CharField(max_length=64, unique=True, help_text="Of the DICOM SEG.")
    mask_sha256 = models.CharField(max_length=64, help_text="Of the packed voxels.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
