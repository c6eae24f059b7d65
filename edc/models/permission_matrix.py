"""What the role table gave each role, as it stood when an upgrade found it changed; never changed after."""

from django.db import models
from django.db.models import CheckConstraint, Q


class PermissionMatrix(models.Model):
    """One state of the role table: the first that was recorded has number 1."""

    number = models.PositiveIntegerField(unique=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    content = models.JSONField(help_text="As `edc.selectors.permission_matrix.present_matrix` makes it.")
    sha256 = models.CharField(max_length=64, help_text="Of the canonical JSON of the content.")
    software_version = models.CharField(max_length=40)

    class Meta:
        ordering = ["-number"]
        constraints = [
            CheckConstraint(condition=Q(number__gte=1), name="permission_matrix_from_1"),
        ]

    def __str__(self) -> str:
        return f"permission matrix {self.number}"
