"""What a subject asks for and how it came through the study, so that pages order and count subjects alone."""

from django.db import models


class SubjectStanding(models.Model):
    """The standing of one subject, kept by triggers of PostgreSQL when a transaction commits.

    Only `edc.selectors.standings` and `edc.selectors.flow` read it; `recount_subjects` makes the same rows
    anew. On SQLite the table stays empty. What is empty is not there: no assessment, no departure.
    """

    subject = models.OneToOneField(
        "edc.Subject", on_delete=models.CASCADE, primary_key=True, related_name="standing"
    )
    site = models.ForeignKey("edc.Site", on_delete=models.CASCADE, related_name="+")
    subject_key = models.CharField(max_length=20)
    status = models.CharField(max_length=20)
    overdue_from = models.DateField(null=True, help_text="The first day on which an awaited visit is late.")
    windows = models.JSONField(default=list, help_text="First and last day of entry of each awaited visit.")
    queries = models.BooleanField(default=False, help_text="A query is not settled.")
    open_since = models.DateTimeField(null=True, help_text="When the oldest open query was raised.")
    answered_since = models.DateTimeField(null=True, help_text="When the oldest answered one was raised.")
    disagreement = models.BooleanField(default=False)
    begun = models.BooleanField(default=False)
    to_enter = models.BooleanField(default=False, help_text="A visit took place of which a form is owed.")
    to_verify = models.BooleanField(default=False)
    overridden = models.BooleanField(default=False, help_text="The status has a reason.")
    verdict = models.CharField(max_length=20, blank=True, help_text="Of the last assessment.")
    unmet = models.JSONField(default=list, help_text="The criteria it found not met.")
    how = models.CharField(max_length=12, blank=True, help_text="Of the departure that holds.")
    status_before = models.CharField(max_length=20, blank=True)
    final_forms = models.JSONField(default=list, help_text="The forms by OID of which one is complete.")

    class Meta:
        ordering = ["subject_id"]
