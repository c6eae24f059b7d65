"""Work on double entry: decisions on differences until a form is complete, and counts of entries compared."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from edc.models.observation import Disagreement, Resolution


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


class Decision(models.Model):
    """What a person decided on a difference in one of several sittings, or a decision taken back.

    Rows are only added. When every difference of a form has a decision that stands, these become its
    resolutions; until then one can be taken back.
    """

    disagreement = models.ForeignKey(Disagreement, on_delete=models.PROTECT, related_name="decisions")
    choice = models.CharField(max_length=10, choices=Resolution.Choice, blank=True)
    entry = models.JSONField(null=True, help_text="As in the resolution.")
    reason = models.CharField(max_length=300)
    resolver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField(auto_now_add=True)
    withdraws = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="withdrawn_by",
        help_text="The decision taken back by this row.",
    )  # fmt: skip

    class Meta:
        ordering = ["pk"]
        constraints = [
            CheckConstraint(condition=~Q(reason=""), name="decision_has_reason"),
            CheckConstraint(
                condition=Q(withdraws__isnull=True) ^ Q(choice=""), name="decision_chooses_or_withdraws"
            ),
        ]
