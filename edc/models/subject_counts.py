"""What a subject's forms and queries add up to, so that pages of a whole study add subjects, not forms."""

from django.db import models


class SubjectCounts(models.Model):
    """The counts of one subject, kept by triggers of PostgreSQL when a transaction commits.

    Only `edc.selectors.subject_counts` reads it; `recount_subjects` makes the same numbers anew. On SQLite
    the table stays empty. Verification counts completed forms alone, except for `forms_left`.
    """

    subject = models.OneToOneField(
        "edc.Subject", on_delete=models.CASCADE, primary_key=True, related_name="counts"
    )
    site = models.ForeignKey("edc.Site", on_delete=models.CASCADE, related_name="+")
    left = models.BooleanField(default=False, help_text="The subject failed screening or withdrew.")
    to_do = models.IntegerField(default=0)
    first_draft = models.IntegerField(default=0)
    first_sealed = models.IntegerField(default=0)
    second_draft = models.IntegerField(default=0)
    disagreement = models.IntegerField(default=0)
    complete = models.IntegerField(default=0)
    verified = models.IntegerField(default=0)
    signed = models.IntegerField(default=0)
    locked = models.IntegerField(default=0)
    not_done = models.IntegerField(default=0)
    owed = models.IntegerField(default=0, help_text="Mandatory forms not complete, whatever the day is.")
    owed_from = models.JSONField(default=list, help_text="The days from which more of them are owed.")
    unfinished = models.IntegerField(default=0, help_text="Of those owed: without a pass, or with one.")
    unfinished_from = models.JSONField(default=list)
    next_from = models.DateField(null=True, help_text="The first day of `owed_from`.")
    drafts = models.IntegerField(default=0, help_text="Forms with a draft.")
    unsigned = models.IntegerField(default=0, help_text="Completed forms without a signature that holds.")
    forms_left = models.IntegerField(default=0, help_text="Forms in any state with items to verify.")
    due = models.IntegerField(default=0)
    critical = models.IntegerField(default=0)
    broken = models.IntegerField(default=0)
    begun = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    transferred = models.IntegerField(default=0)
    verifiable = models.IntegerField(default=0)
    items_required = models.IntegerField(default=0)
    items_verified = models.IntegerField(default=0)
    items_left = models.IntegerField(default=0)
    items_critical_left = models.IntegerField(default=0)
    items_transferred = models.IntegerField(default=0)
    queries_candidate = models.IntegerField(default=0)
    queries_open = models.IntegerField(default=0)
    queries_answered = models.IntegerField(default=0)
    queries_resolved = models.IntegerField(default=0)
    queries_closed = models.IntegerField(default=0)
    queries_cancelled = models.IntegerField(default=0)

    class Meta:
        ordering = ["subject_id"]
