"""Backups of the whole platform and the restores that were tried: a row each, never changed."""

from django.db import models
from django.db.models import CheckConstraint, Q


class Backup(models.Model):
    """One attempt to write a backup: what the file holds, or why there is none."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    succeeded = models.BooleanField()
    problem = models.CharField(max_length=500, blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the encrypted file.")
    tables = models.JSONField(default=dict, help_text="Name of a table to its rows.")
    files = models.PositiveIntegerField(default=0, help_text="Files of the data folder in it.")
    audit_length = models.PositiveBigIntegerField(default=0)
    audit_hash = models.CharField(max_length=64, blank=True, help_text="The head of the audit chain in it.")
    left_out = models.JSONField(default=list, help_text="Stores that it does not reach: orthanc.")
    apart = models.BooleanField(default=False, help_text="Whether it lies on another disk than the data.")
    seconds = models.FloatField(default=0)
    software_version = models.CharField(max_length=40)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            CheckConstraint(
                condition=(Q(succeeded=True) & ~Q(sha256="") & Q(problem=""))
                | (Q(succeeded=False) & ~Q(problem="")),
                name="backup_has_file_or_problem",
            )
        ]

    def __str__(self) -> str:
        return self.file_name or f"backup {self.pk}"

    @property
    def rows(self) -> int:
        """The rows of all its tables."""
        return sum(self.tables.values())


class RestoreDrill(models.Model):
    """One trial restore of the newest backup into an empty place, and what of it did not agree."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    backup = models.ForeignKey(Backup, on_delete=models.PROTECT, null=True, related_name="drills")
    passed = models.BooleanField()
    problems = models.JSONField(default=list, help_text="[{code, what}], the first twenty.")
    tables = models.PositiveIntegerField(default=0, help_text="Tables whose rows were compared.")
    rows = models.PositiveBigIntegerField(default=0)
    files = models.PositiveIntegerField(default=0, help_text="Files whose SHA-256 was compared.")
    audit_rows = models.PositiveBigIntegerField(default=0, help_text="Rows of the chain that were walked.")
    seconds = models.FloatField(default=0)
    software_version = models.CharField(max_length=40)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            CheckConstraint(
                condition=Q(passed=False) | Q(backup__isnull=False), name="drill_passed_has_backup"
            )
        ]

    def __str__(self) -> str:
        return f"restore drill {self.pk}"
