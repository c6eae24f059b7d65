"""Reference ranges of the laboratories of a site."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q

from edc.safety.ranges import LabRange


class ReferenceRange(models.Model):
    """One range as imported: never changed, withdrawn with a reason; a later `valid_from` takes its place."""

    class Sex(models.TextChoices):
        ANY = "", "–"
        MALE = "M", "M"
        FEMALE = "F", "F"

    site = models.ForeignKey("edc.Site", on_delete=models.PROTECT, related_name="reference_ranges")
    laboratory = models.CharField(max_length=80)
    analyte = models.CharField(max_length=20, help_text="Test code of CDISC, such as ALT.")
    unit = models.CharField(max_length=20, blank=True)
    sex = models.CharField(max_length=1, choices=Sex, blank=True)
    age_from = models.PositiveSmallIntegerField(default=0, help_text="Completed years, included.")
    age_to = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Completed years, excluded.")
    low = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    high = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    valid_from = models.DateField()
    file_name = models.CharField(max_length=200)
    file_sha256 = models.CharField(max_length=64)
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["site_id", "laboratory", "analyte", "-valid_from", "sex", "age_from"]
        constraints = [
            CheckConstraint(
                condition=Q(low__isnull=False) | Q(high__isnull=False), name="reference_range_has_a_limit"
            ),
            CheckConstraint(
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(low__lt=F("high")),
                name="reference_range_limits_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.laboratory} {self.analyte} {self.valid_from}"

    @property
    def as_range(self) -> LabRange:
        return LabRange(
            self.laboratory, self.analyte, self.unit, self.low, self.high, self.valid_from, self.sex,
            self.age_from, self.age_to, self.pk,
        )  # fmt: skip
