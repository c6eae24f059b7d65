"""What images of a subject are missing, so that the page of locks reads a row a subject."""

from django.db import models


class DemandedForm(models.Model):
    """A form for which a published design's protocol demands images, noted by PostgreSQL at its publication.

    On SQLite the table stays empty.
    """

    design_version = models.ForeignKey("edc.DesignVersion", on_delete=models.CASCADE, related_name="+")
    form_oid = models.CharField(max_length=40)
    event_oid = models.CharField(max_length=40)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["design_version", "form_oid", "event_oid"], name="demanded_form_once"
            )
        ]


class SubjectImages(models.Model):
    """How many forms of one subject lack the images that the protocol demands, kept by triggers of PostgreSQL
    when a transaction commits; none of who failed screening or withdrew.

    Only `imaging.lock_checks` reads it; `recount_subjects` makes the same numbers anew. On SQLite the table
    stays empty.
    """

    subject = models.OneToOneField(
        "edc.Subject", on_delete=models.CASCADE, primary_key=True, related_name="images"
    )
    site = models.ForeignKey("edc.Site", on_delete=models.CASCADE, related_name="+")
    missing = models.IntegerField(default=0, help_text="Of visits that took place.")
    missing_from = models.JSONField(
        null=True, help_text="The days from which more are missing, of planned visits; null without any."
    )

    class Meta:
        ordering = ["subject_id"]
