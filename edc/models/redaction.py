"""Redactions: personal data typed by mistake, asked to be masked by one person and masked by another."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class Redaction(models.Model):
    """One text of one subject that must not stay; `text` is emptied when it is decided."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        # Only inside the transaction that masks: the triggers let masked values pass in this state alone.
        APPROVED = "approved", _("Approved")
        APPLIED = "applied", _("Masked")
        REFUSED = "refused", _("Refused")

    MOVES = frozenset({("requested", "approved"), ("approved", "applied"), ("requested", "refused")})

    subject = models.ForeignKey("edc.Subject", on_delete=models.PROTECT, related_name="redactions")
    form = models.ForeignKey("edc.FormInstance", on_delete=models.PROTECT, related_name="redactions")
    path = models.CharField(max_length=120)
    text = models.CharField(
        max_length=1000, blank=True, help_text="What is to be masked; empty once decided."
    )
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State, default=State.REQUESTED)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=300, blank=True, help_text="Why it was refused, if it was.")
    cell_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            CheckConstraint(
                condition=Q(state="requested")
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("requested_by"))),
                name="redaction_by_two_people",
            ),
            CheckConstraint(
                condition=Q(state__in=["requested", "approved"]) | Q(text=""),
                name="redaction_forgets_its_text",
            ),
            CheckConstraint(condition=~Q(reason=""), name="redaction_has_reason"),
        ]


class RedactedCell(models.Model):
    """One column of one append-only row that a redaction masked: where, and what it says since.

    The triggers of the append-only tables let exactly this text pass, while its redaction is being applied.
    """

    redaction = models.ForeignKey(Redaction, on_delete=models.PROTECT, related_name="cells")
    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    column_name = models.CharField(max_length=63)
    masked = models.JSONField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            UniqueConstraint(
                fields=["redaction", "table_name", "row_id", "column_name"], name="redacted_cell_once"
            )
        ]
