"""The append-only, hash-chained audit trail; written through `edc.audit` only."""

from django.conf import settings
from django.db import models


class AuditEvent(models.Model):
    """One change: who, in which role, where, when (UTC), what, old, new, why, through which channel."""

    at = models.DateTimeField(help_text="UTC.")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=160, help_text="As it stood; kept when the account ends.")
    role = models.CharField(
        max_length=120, blank=True, help_text="Every role held at the place, comma-separated."
    )
    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, null=True, related_name="+")
    site = models.ForeignKey("edc.Site", on_delete=models.PROTECT, null=True, related_name="+")
    subject = models.ForeignKey("edc.Subject", on_delete=models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=60, help_text="Such as entry.submitted.")
    target_type = models.CharField(max_length=60)
    target_id = models.CharField(max_length=40)
    path = models.CharField(
        max_length=160, blank=True, help_text="Item path or field, where one item changed."
    )
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    channel = models.CharField(max_length=20, help_text="page, api, task, command or import.")
    blinded = models.CharField(
        max_length=30, blank=True, help_text="Who may read the values: empty for all, else a stream or group."
    )
    request_id = models.CharField(max_length=36, blank=True)
    software_version = models.CharField(max_length=40)
    salt = models.CharField(
        max_length=32, help_text="Random: the hash of a blinded value cannot be found by trying values."
    )
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["study", "at"]),
            models.Index(fields=["target_type", "target_id"]),
            models.Index(fields=["subject", "at"]),
        ]


class AuditHead(models.Model):
    """The end of the chain; its one row is the lock under which events are appended."""

    last_hash = models.CharField(max_length=64)
    length = models.PositiveBigIntegerField(default=0)
