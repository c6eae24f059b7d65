"""De-identified studies, series and instances as they lie in the archive, bound to a visit's imaging form."""

from django.db import models
from django.db.models import UniqueConstraint
from django.utils.translation import gettext_lazy as _


class ImagingStudy(models.Model):
    """One DICOM study of a subject; a form has at most one."""

    subject = models.ForeignKey("edc.Subject", on_delete=models.PROTECT, related_name="imaging_studies")
    form = models.OneToOneField("edc.FormInstance", on_delete=models.PROTECT, related_name="imaging_study")
    study_instance_uid = models.CharField(max_length=64, unique=True)
    modality = models.CharField(max_length=16)
    acquired_on = models.DateField(
        null=True, help_text="True date, as on the form; the images carry a shifted one."
    )
    bound_at = models.DateTimeField(auto_now_add=True)
    deidentification = models.JSONField(help_text="Profile, option codes and counts by action.")

    class Meta:
        ordering = ["subject_id", "acquired_on", "pk"]
        verbose_name_plural = "imaging studies"

    def __str__(self) -> str:
        return f"{self.modality} {self.pk}"


class Series(models.Model):
    """One series with its geometry, contrast phase or sequence, and its conformance to the protocol."""

    class Verdict(models.TextChoices):
        PASS = "pass", _("Conforms")
        DEVIATION = "deviation", _("Deviates from the protocol")
        UNUSABLE = "unusable", _("Not a usable volume")

    imaging_study = models.ForeignKey(ImagingStudy, on_delete=models.PROTECT, related_name="series")
    series_instance_uid = models.CharField(max_length=64, unique=True)
    modality = models.CharField(max_length=16)
    description = models.CharField(max_length=64, blank=True, help_text="Cleaned: controlled words only.")
    phase = models.CharField(max_length=20, blank=True, help_text="PLAIN, AP, PVP, DP or an MR sequence.")
    phase_confidence = models.FloatField(default=0)
    slice_count = models.PositiveIntegerField()
    slice_thickness_mm = models.FloatField(null=True)
    slice_spacing_mm = models.FloatField(null=True)
    pixel_spacing_mm = models.FloatField(null=True)
    geometry = models.JSONField(default=dict, help_text="The geometry verdict: codes, gaps, shear.")
    facts = models.JSONField(default=dict, help_text="Acquisition facts read before de-identification.")
    deviations = models.JSONField(default=list)
    verdict = models.CharField(max_length=12, choices=Verdict)
    content_sha256 = models.CharField(
        max_length=64, help_text="Over the hashes of its instances in UID order."
    )

    class Meta:
        ordering = ["imaging_study_id", "pk"]
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return self.series_instance_uid


class Instance(models.Model):
    """One de-identified instance in the archive."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="instances", null=True)
    imaging_study = models.ForeignKey(ImagingStudy, on_delete=models.PROTECT, related_name="instances")
    series_instance_uid = models.CharField(max_length=64)
    sop_instance_uid = models.CharField(max_length=64)
    sop_class_uid = models.CharField(max_length=64)
    instance_number = models.IntegerField(null=True)
    number_of_frames = models.PositiveIntegerField(default=1)
    sha256 = models.CharField(max_length=64, help_text="Of the bytes as stored.")
    size = models.PositiveBigIntegerField()
    header = models.JSONField(
        help_text="Position, orientation, spacing and facts needed to judge the series."
    )
    stored_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["series_instance_uid", "instance_number", "pk"]
        constraints = [UniqueConstraint(fields=["sop_instance_uid"], name="instance_uid_once")]
        indexes = [models.Index(fields=["imaging_study", "series_instance_uid"])]
