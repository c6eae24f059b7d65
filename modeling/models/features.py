"""Feature sets: names unchanged from the engine, with the settings that made them."""

from django.db import models


class FeatureSet(models.Model):
    """Radiomic or deep features of one series and mask."""

    class Kind(models.TextChoices):
        RADIOMICS = "radiomics", "radiomics"
        DEEP = "deep", "deep"

    run = models.ForeignKey("modeling.Run", on_delete=models.PROTECT, related_name="feature_sets")
    kind = models.CharField(max_length=12, choices=Kind)
    series = models.ForeignKey("imaging.Series", on_delete=models.PROTECT, related_name="feature_sets")
    segmentation = models.ForeignKey(
        "imaging.Segmentation", on_delete=models.PROTECT, related_name="feature_sets"
    )
    engine = models.CharField(max_length=60, help_text="Name and version.")
    settings = models.JSONField()
    values = models.JSONField(help_text="Feature name to number.")
    values_sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["run_id", "pk"]
