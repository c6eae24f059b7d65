"""Frozen data sets: what was asked for, the snapshot that came of it, and the packages made from it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from edc.models.background import BackgroundWork


class SnapshotRequest(BackgroundWork):
    """Somebody asked for the study's data to be frozen; the snapshot comes into being when it is complete."""

    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="snapshot_requests")
    name = models.CharField(max_length=120)
    note = models.CharField(max_length=500, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [CheckConstraint(condition=~Q(name=""), name="snapshot_request_has_name")]


class Snapshot(models.Model):
    """The data of a study as they stood after one audit event; neither it nor its parts ever change."""

    request = models.OneToOneField(SnapshotRequest, on_delete=models.PROTECT, related_name="snapshot")
    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="snapshots")
    number = models.PositiveIntegerField()
    citation = models.CharField(
        max_length=80, unique=True, help_text="Study, number and the first digits of the hash."
    )
    name = models.CharField(max_length=120)
    note = models.CharField(max_length=500, blank=True)
    design_version = models.ForeignKey("edc.DesignVersion", on_delete=models.PROTECT, related_name="+")
    audit_event = models.PositiveBigIntegerField(help_text="The last audit event it holds the effect of.")
    audit_hash = models.CharField(max_length=64, help_text="That event's hash: the place in the chain.")
    counts = models.JSONField(help_text="By site, form and item, counted by the database itself.")
    subject_count = models.PositiveIntegerField()
    form_count = models.PositiveIntegerField()
    value_count = models.PositiveIntegerField()
    content_sha256 = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["study_id", "-number"]
        constraints = [UniqueConstraint(fields=["study", "number"], name="snapshot_number_once_per_study")]

    def __str__(self) -> str:
        return self.citation


class SnapshotPart(models.Model):
    """One subject's data in a snapshot, as compressed canonical JSON."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="parts")
    site = models.ForeignKey("edc.Site", on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey("edc.Subject", on_delete=models.PROTECT, related_name="+")
    content = models.BinaryField(help_text="zlib of the JSON; see edc/exchange/record.py.")
    sha256 = models.CharField(max_length=64, help_text="Of the JSON before compression.")

    class Meta:
        ordering = ["snapshot_id", "pk"]
        constraints = [UniqueConstraint(fields=["snapshot", "subject"], name="snapshot_subject_once")]


class Export(BackgroundWork):
    """One package of files made from a snapshot: which sites, in which formats, how disclosed."""

    class Kind(models.TextChoices):
        PACKAGE = "package", _("Data package")
        WORKBOOK = "workbook", _("Excel workbook of the study")
        SHARING = "sharing", _("Package for public sharing (ResMan)")
        ARCHIVE = "archive", _("Archive of a site")

    class Profile(models.TextChoices):
        FULL = "full", _("Full: nothing is changed")
        LIMITED = "limited", _("Limited: pseudonyms, shifted dates, no direct identifiers")
        PUBLIC = "public", _("Public: no free text, quasi-identifiers or real sites either")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="exports")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PACKAGE)
    profile = models.CharField(max_length=10, choices=Profile, default=Profile.FULL)
    formats = models.JSONField(default=list)
    sites = models.ManyToManyField("edc.Site", related_name="+")
    language = models.CharField(max_length=2, default="zh")
    purpose = models.CharField(max_length=300, help_text="What for, and for whom.")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    receipt_code = models.CharField(
        max_length=16, blank=True, help_text="What verify_package.py prints where all agrees."
    )
    manifest = models.JSONField(
        null=True, help_text="Files with rows and hashes, the reconciliation, the log."
    )
    expires_at = models.DateTimeField(null=True, help_text="When the file is removed; the row stays.")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            CheckConstraint(condition=~Q(purpose=""), name="export_has_purpose"),
            CheckConstraint(condition=~Q(state="done") | ~Q(sha256=""), name="export_done_has_hash"),
        ]

    @property
    def is_held(self) -> bool:
        """Whether the file can be downloaded."""
        return self.state == self.State.DONE and self.removed_at is None
