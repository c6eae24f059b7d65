"""Runs: each step of the worker's chain, with what it was made from and how it ended."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import UniqueConstraint
from django.utils.translation import gettext_lazy as _


class Analysis(models.Model):
    """One request to take a subject's images and forms to a score; its runs are the steps."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject = models.ForeignKey("edc.Subject", on_delete=models.PROTECT, related_name="analyses")
    imaging_study = models.ForeignKey(
        "imaging.ImagingStudy", on_delete=models.PROTECT, related_name="analyses"
    )
    model_version = models.ForeignKey(
        "modeling.ModelVersion", on_delete=models.PROTECT, related_name="analyses"
    )
    segmentation = models.ForeignKey(
        "imaging.Segmentation", on_delete=models.PROTECT, null=True, related_name="+",
        help_text="The given mask, where a person's is used instead of the semi-automatic one.",
    )  # fmt: skip
    seed = models.JSONField(
        null=True, help_text="Seed point in patient coordinates, mm, where one was given."
    )
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        verbose_name_plural = "analyses"


class Run(models.Model):
    """One step of an analysis on one worker; claimed by a task, and never left hanging."""

    class Step(models.TextChoices):
        SEGMENT = "segment", _("Segment")
        RADIOMICS = "radiomics", _("Extract radiomics")
        EMBED = "embed", _("Embed deep features")
        SCORE = "score", _("Score")

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting for the step before")
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    MOVES = frozenset(
        {
            ("waiting", "queued"),
            ("waiting", "cancelled"),
            ("waiting", "failed"),
            ("queued", "running"),
            ("queued", "cancelled"),
            ("queued", "failed"),
            ("running", "done"),
            ("running", "failed"),
            ("running", "cancelled"),
            ("running", "queued"),
        }
    )
    ENDED = (Status.DONE, Status.FAILED, Status.CANCELLED)

    analysis = models.ForeignKey(Analysis, on_delete=models.PROTECT, related_name="runs")
    step = models.CharField(max_length=12, choices=Step)
    ordinal = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    task_id = models.CharField(max_length=64, blank=True)
    worker = models.CharField(
        max_length=120, blank=True, help_text="Host name of the worker that claimed it."
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    progress = models.PositiveSmallIntegerField(default=0, help_text="Per cent.")
    progress_text = models.CharField(max_length=120, blank=True)
    queued_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_zh = models.CharField(max_length=500, blank=True)
    error_en = models.CharField(max_length=500, blank=True)
    provenance = models.JSONField(
        default=dict,
        help_text="Input UIDs and hashes, settings, library versions, weights sha256, device, seconds.",
    )
    output = models.JSONField(default=dict)

    class Meta:
        ordering = ["analysis_id", "ordinal"]
        constraints = [UniqueConstraint(fields=["analysis", "step"], name="run_step_once_per_analysis")]
        indexes = [models.Index(fields=["status", "heartbeat_at"])]
