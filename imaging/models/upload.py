"""Uploads: what was announced, what came, and what became of each file."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import UniqueConstraint
from django.utils.translation import gettext_lazy as _


class UploadSession(models.Model):
    """One delivery of images for one imaging form; open until it is submitted, resumable until then."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        SUBMITTED = "submitted", _("Submitted")
        EXPIRED = "expired", _("Expired")

    MOVES = frozenset({("open", "submitted"), ("open", "expired"), ("expired", "open")})

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    form = models.ForeignKey("edc.FormInstance", on_delete=models.PROTECT, related_name="upload_sessions")
    subject = models.ForeignKey("edc.Subject", on_delete=models.PROTECT, related_name="upload_sessions")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    announced_count = models.PositiveIntegerField(help_text="How many instances the sender said would come.")
    status = models.CharField(max_length=12, choices=Status, default=Status.OPEN)
    patient_key = models.CharField(
        max_length=64, blank=True, help_text="HMAC of the original patient id: one patient a session."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    last_received_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    receipt = models.JSONField(null=True, help_text="What the sender was told at submission.")

    class Meta:
        ordering = ["-created_at", "-pk"]


class UploadedInstance(models.Model):
    """What became of one received file; the original UID is kept only as a keyed hash."""

    class Outcome(models.TextChoices):
        STORED = "stored", _("Stored")
        ALREADY = "already", _("Already stored")
        REFUSED = "refused", _("Refused")
        QUARANTINED = "quarantined", _("Quarantined")

    session = models.ForeignKey(UploadSession, on_delete=models.PROTECT, related_name="instances")
    source_key = models.CharField(
        max_length=64, help_text="HMAC of the original SOP Instance UID, or of the bytes."
    )
    sent_index = models.PositiveIntegerField(
        default=0, help_text="Place in the sender's list; names are not kept."
    )
    outcome = models.CharField(max_length=12, choices=Outcome)
    reason_code = models.CharField(max_length=60, blank=True)
    reason_zh = models.CharField(max_length=300, blank=True)
    reason_en = models.CharField(max_length=300, blank=True)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, help_text="Of the bytes as received.")
    instance = models.ForeignKey(
        "imaging.Instance", on_delete=models.PROTECT, null=True, related_name="uploads"
    )
    quarantine_name = models.CharField(max_length=80, blank=True)
    received_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["session_id", "sent_index", "pk"]
        constraints = [UniqueConstraint(fields=["session", "source_key"], name="uploaded_instance_once")]
