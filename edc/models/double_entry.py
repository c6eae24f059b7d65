"""How often two people's entries of the same item were compared, and how often whose entry did not hold."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint


class EntryCount(models.Model):
    """One person's entries of one item at a site in a quarter: those compared, and those that did not hold.

    Kept with each comparison and adjudication, so that rates are read without touching a form's content;
    `recount_double_entry` makes the same numbers from the sealed passes.
    """

    site = models.ForeignKey("edc.Site", on_delete=models.PROTECT, related_name="entry_counts")
    form_oid = models.CharField(max_length=40)
    item_oid = models.CharField(max_length=80)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    quarter = models.DateField(help_text="First day of the quarter in which the passes were compared.")
    compared = models.PositiveIntegerField(default=0, help_text="Places that either pass filled.")
    wrong = models.PositiveIntegerField(default=0, help_text="Of these, entries that did not hold.")

    class Meta:
        ordering = ["site_id", "form_oid", "item_oid", "person_id", "quarter"]
        constraints = [
            UniqueConstraint(
                fields=["site", "form_oid", "item_oid", "person", "quarter"], name="entry_count_once"
            ),
            CheckConstraint(condition=Q(wrong__lte=F("compared")), name="entry_count_wrong_within_compared"),
        ]
