"""Model versions: immutable bundles known by their hashes; the state decides who may see a score."""

from django.conf import settings
from django.db import models
from django.db.models import UniqueConstraint
from django.utils.translation import gettext_lazy as _


class ModelVersion(models.Model):
    """One trained model; content never changes, only its state does."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        VALIDATED = "validated", _("Validated")
        APPROVED = "approved", _("Approved for review")
        RETIRED = "retired", _("Retired")

    MOVES = frozenset(
        {("draft", "validated"), ("validated", "approved"), ("approved", "retired"), ("validated", "retired")}
    )

    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="model_versions")
    name = models.CharField(max_length=80)
    version = models.CharField(max_length=20)
    manifest = models.JSONField()
    manifest_sha256 = models.CharField(max_length=64, unique=True)
    weights_sha256 = models.CharField(max_length=64)
    demonstration = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    registered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "-registered_at"]
        constraints = [
            UniqueConstraint(fields=["study", "name", "version"], name="model_version_once"),
            # Four eyes: who registers a model never promotes it alone.
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True)
                | ~models.Q(approved_by=models.F("registered_by")),
                name="model_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
