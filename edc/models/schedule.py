"""The visits that a subject owes and has had."""

from django.db import models
from django.db.models import Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from edc.design.protocol import EventDef


class StudyEvent(models.Model):
    """One visit of a subject, planned from its anchor date or unscheduled."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        HELD = "held", _("Held")
        MISSED = "missed", _("Not done")

    class ConsentBreach(models.TextChoices):
        BEFORE = "before", _("Before the consent")
        AFTER = "after", _("After its withdrawal")

    MOVES = frozenset(
        {
            ("planned", "held"),
            ("planned", "missed"),
            ("missed", "held"),
            ("missed", "planned"),
            ("held", "held"),
        }
    )

    subject = models.ForeignKey("edc.Subject", on_delete=models.PROTECT, related_name="events")
    event_oid = models.CharField(max_length=60)
    repeat_key = models.PositiveIntegerField(default=1)
    ordinal = models.PositiveIntegerField(default=0, help_text="Place in the design's schedule.")
    planned_date = models.DateField(null=True, blank=True)
    window_start = models.DateField(null=True, blank=True)
    window_end = models.DateField(null=True, blank=True)
    entry_due = models.DateField(
        null=True,
        blank=True,
        help_text="After this day its forms are late; for a visit before the registration a month after it.",
    )
    planned_by = models.ForeignKey(
        "edc.DesignVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="Whose window holds for it: that of the version in force until it was held.",
    )  # fmt: skip
    number = models.CharField(
        max_length=20,
        blank=True,
        default="",
        help_text="Of an unscheduled visit: 2.1 was added after visit 2.",
    )
    held_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PLANNED)
    missed_reason = models.CharField(max_length=300, blank=True)
    consent_breach = models.CharField(
        max_length=6, choices=ConsentBreach, blank=True, default="",
        help_text="How its day lies outside the time for which the subject consented.",
    )  # fmt: skip

    class Meta:
        ordering = ["subject_id", "ordinal", "repeat_key"]
        constraints = [
            UniqueConstraint(fields=["subject", "event_oid", "repeat_key"], name="event_repeat_once"),
        ]
        indexes = [
            models.Index(
                fields=["entry_due", "subject"], condition=Q(status="planned"), name="event_planned_by_due"
            ),
            models.Index(fields=["subject"], condition=~Q(consent_breach=""), name="event_outside_consent"),
        ]

    def __str__(self) -> str:
        return f"{self.event_oid}[{self.repeat_key}]"

    @property
    def definition(self) -> EventDef:
        """The visit in the subject's design; in that of its forms where an amendment took it out."""
        design = self.subject.design_version.design
        if not design.has_event(self.event_oid):
            design = self.forms.select_related("design_version").order_by("pk")[0].design_version.design
        return design.event(self.event_oid)
