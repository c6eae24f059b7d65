"""Amendments: from when a design version holds at a site, what it would do to the data, and its migration."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from edc.models.background import BackgroundWork


class SiteActivation(models.Model):
    """The day from which a site works by a design version; each centre has its own ethics approval.

    A study's first version needs no such row: it holds everywhere from its publication.
    """

    site = models.ForeignKey("edc.Site", on_delete=models.PROTECT, related_name="activations")
    design_version = models.ForeignKey(
        "edc.DesignVersion", on_delete=models.PROTECT, related_name="activations"
    )
    active_from = models.DateField()
    approval = models.CharField(max_length=300, help_text="Number and date of the centre's ethics approval.")
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now=True)
    applied_at = models.DateTimeField(
        null=True, help_text="When the forms not yet begun were given the version."
    )

    class Meta:
        ordering = ["site_id", "design_version_id"]
        constraints = [
            UniqueConstraint(fields=["site", "design_version"], name="activation_once_per_site"),
            CheckConstraint(condition=~Q(approval=""), name="activation_has_approval"),
        ]

    def __str__(self) -> str:
        return f"{self.site_id} {self.design_version_id} {self.active_from}"


class Rehearsal(BackgroundWork):
    """What a version would do to every subject of a study (or a site), tried on the data and undone."""

    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="rehearsals")
    design_version = models.ForeignKey("edc.DesignVersion", on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey("edc.Site", on_delete=models.PROTECT, null=True, related_name="+")
    pair_sha256 = models.CharField(
        max_length=64, help_text="Of the designs: all that the subjects have, and the new one."
    )
    content_sha256 = models.CharField(max_length=64, blank=True, help_text="Of every line, when done.")
    counts = models.JSONField(default=dict, help_text="Site id to the kinds of effects with their numbers.")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            CheckConstraint(
                condition=~Q(state="done") | ~Q(content_sha256=""), name="rehearsal_done_has_hash"
            ),
        ]


class RehearsalLine(models.Model):
    """What the version would do to one subject, whose data had then the hash ``state_sha256``."""

    rehearsal = models.ForeignKey(Rehearsal, on_delete=models.PROTECT, related_name="lines")
    subject = models.ForeignKey("edc.Subject", on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey("edc.Site", on_delete=models.PROTECT, related_name="+")
    state_sha256 = models.CharField(max_length=64)
    counts = models.JSONField(default=dict)
    effects = models.JSONField(default=list, help_text="kind, form, event, path, before, after of each.")
    effects_sha256 = models.CharField(max_length=64)
    obstacle = models.CharField(max_length=500, blank=True, help_text="Why the subject cannot be migrated.")

    class Meta:
        ordering = ["rehearsal_id", "subject__subject_key"]
        constraints = [UniqueConstraint(fields=["rehearsal", "subject"], name="rehearsal_line_once")]


class DesignMigration(BackgroundWork):
    """The migration that a rehearsal foretold, subject by subject; it goes on where it was interrupted."""

    rehearsal = models.OneToOneField(Rehearsal, on_delete=models.PROTECT, related_name="migration")
    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="design_migrations")
    reason = models.CharField(max_length=300)
    counts = models.JSONField(default=dict, help_text="As the rehearsal's, of what was done.")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [CheckConstraint(condition=~Q(reason=""), name="migration_has_reason")]


class MigratedSubject(models.Model):
    """A subject that a migration has done, with what it did."""

    migration = models.ForeignKey(DesignMigration, on_delete=models.PROTECT, related_name="subjects")
    subject = models.ForeignKey("edc.Subject", on_delete=models.PROTECT, related_name="migrations")
    from_version = models.ForeignKey("edc.DesignVersion", on_delete=models.PROTECT, related_name="+")
    counts = models.JSONField(default=dict)
    effects_sha256 = models.CharField(max_length=64)
    migrated_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["migration_id", "pk"]
        constraints = [UniqueConstraint(fields=["migration", "subject"], name="migrated_once")]
