"""What waits or was found at a subject, so that pages of a whole study read a row a subject."""

from django.db import models


class SubjectFindings(models.Model):
    """Unsettled queries, differences and firings of checks of one subject, kept with `SubjectCounts`.

    A list is null where it has nothing. Moments are whole microseconds since 1970 in UTC. Only
    `edc.selectors.subject_findings` reads it; on SQLite the table stays empty.
    """

    subject = models.OneToOneField(
        "edc.Subject", on_delete=models.CASCADE, primary_key=True, related_name="findings"
    )
    site = models.ForeignKey("edc.Site", on_delete=models.CASCADE, related_name="+")
    queries = models.JSONField(
        null=True, help_text="State and moment of being raised of each query that is not settled."
    )
    differences = models.IntegerField(default=0, help_text="Of two passes, whether resolved or open.")
    differences_waiting = models.IntegerField(
        default=0, help_text="Of these, on forms in the state of disagreement."
    )
    differences_open = models.JSONField(
        null=True, help_text="Moment of being found and id of each without a resolution or a decision."
    )
    firings = models.JSONField(
        null=True,
        help_text="Rule, item and severity; how often fired, is open, changed and did not change the data.",
    )

    class Meta:
        ordering = ["subject_id"]
