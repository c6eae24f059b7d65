"""Blinded reads: an assignment to a reader's stream; its measurements seal as an observation."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from edc.models import Stream


class Read(models.Model):
    """One reader's look at one imaging study; nobody else sees it until both reads are sealed."""

    class Status(models.TextChoices):
        ASSIGNED = "assigned", _("To do")
        STARTED = "started", _("Draft")
        SUBMITTED = "submitted", _("Complete")

    MOVES = frozenset({("assigned", "started"), ("started", "submitted"), ("assigned", "submitted")})

    imaging_study = models.ForeignKey("imaging.ImagingStudy", on_delete=models.PROTECT, related_name="reads")
    stream = models.CharField(max_length=20, choices=Stream)
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reads")
    status = models.CharField(max_length=12, choices=Status, default=Status.ASSIGNED)
    note = models.CharField(max_length=1000, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    content_sha256 = models.CharField(max_length=64, blank=True, help_text="Of the measurements as sealed.")

    class Meta:
        ordering = ["pk"]
        constraints = [
            UniqueConstraint(fields=["imaging_study", "stream"], name="read_once_per_stream"),
            UniqueConstraint(fields=["imaging_study", "reader"], name="read_by_different_people"),
            CheckConstraint(
                condition=Q(stream__in=["reader-1", "reader-2", "adjudicated"]),
                name="read_in_a_reader_stream",
            ),
        ]

    @property
    def code(self) -> str:
        """The name of the read: nothing of the subject can be told from it."""
        return f"RD-{self.pk:04d}"


class Measurement(models.Model):
    """One diameter or pair of diameters of a lesion, on one image of a read."""

    class Kind(models.TextChoices):
        LENGTH = "length", _("Length")
        BIDIRECTIONAL = "bidirectional", _("Two diameters")

    read = models.ForeignKey(Read, on_delete=models.CASCADE, related_name="measurements")
    uid = models.CharField(max_length=64, help_text="Annotation UID given by the viewer.")
    lesion_label = models.CharField(max_length=20)
    kind = models.CharField(max_length=20, choices=Kind)
    sop_instance_uid = models.CharField(max_length=64)
    long_axis_tenths_mm = models.PositiveIntegerField(help_text="Long diameter in tenths of a millimetre.")
    short_axis_tenths_mm = models.PositiveIntegerField(null=True)
    points = models.JSONField(help_text="End points in patient coordinates, mm.")
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["read_id", "lesion_label", "pk"]
        constraints = [UniqueConstraint(fields=["read", "uid"], name="measurement_once_per_read")]
