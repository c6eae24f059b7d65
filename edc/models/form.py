"""Expected and entered forms: one row as soon as the visit exists, so that what is owed is a query."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class FormInstance(models.Model):
    """One form of one visit, pinned to the design version it is entered with."""

    class EntryMode(models.TextChoices):
        DOUBLE = "double", _("Double entry")
        SINGLE = "single", _("Single entry")
        ITEMS = "items", _("Chosen items twice")
        SAMPLED = "sampled", _("Double entry by sample")

    class Status(models.TextChoices):
        TO_DO = "to_do", _("To do")
        FIRST_DRAFT = "first_draft", _("Draft")
        FIRST_SEALED = "first_sealed", _("Second pass")
        SECOND_DRAFT = "second_draft", _("Second pass under way")
        DISAGREEMENT = "disagreement", _("Disagreement")
        COMPLETE = "complete", _("Complete")
        VERIFIED = "verified", _("Verified")
        SIGNED = "signed", _("Signed")
        LOCKED = "locked", _("Locked")
        NOT_DONE = "not_done", _("Not done")

    MOVES = frozenset(
        {
            ("to_do", "first_draft"),
            ("to_do", "not_done"),
            ("not_done", "to_do"),
            ("to_do", "first_sealed"),
            ("to_do", "complete"),
            # An undone import leaves the form as it found it.
            ("complete", "to_do"),
            ("first_sealed", "to_do"),
            # A draft that was left behind is released.
            ("first_draft", "to_do"),
            ("second_draft", "first_sealed"),
            ("first_draft", "first_sealed"),
            ("first_draft", "complete"),
            ("first_sealed", "second_draft"),
            ("first_sealed", "disagreement"),
            ("first_sealed", "complete"),
            ("second_draft", "disagreement"),
            ("second_draft", "complete"),
            ("disagreement", "complete"),
            ("complete", "verified"),
            ("complete", "signed"),
            ("verified", "signed"),
            ("verified", "complete"),
            ("signed", "complete"),
            ("complete", "locked"),
            ("verified", "locked"),
            ("signed", "locked"),
            ("locked", "complete"),
            ("locked", "verified"),
            ("locked", "signed"),
        }
    )
    FINAL = (Status.COMPLETE, Status.VERIFIED, Status.SIGNED, Status.LOCKED)

    event = models.ForeignKey("edc.StudyEvent", on_delete=models.PROTECT, related_name="forms")
    subject = models.ForeignKey("edc.Subject", on_delete=models.PROTECT, related_name="forms")
    design_version = models.ForeignKey("edc.DesignVersion", on_delete=models.PROTECT, related_name="+")
    form_oid = models.CharField(max_length=40)
    repeat_key = models.PositiveIntegerField(default=1)
    ordinal = models.PositiveIntegerField(default=0, help_text="Place in the visit.")
    mandatory = models.BooleanField(default=True)
    entry_mode = models.CharField(max_length=10, choices=EntryMode, default=EntryMode.DOUBLE)
    status = models.CharField(max_length=20, choices=Status, default=Status.TO_DO)
    status_changed_at = models.DateTimeField(auto_now_add=True)
    content_sha256 = models.CharField(max_length=64, blank=True, help_text="Hash of the reconciled values.")

    class Meta:
        ordering = ["event_id", "ordinal", "repeat_key"]
        constraints = [
            UniqueConstraint(fields=["event", "form_oid", "repeat_key"], name="form_repeat_once_per_event"),
            CheckConstraint(condition=Q(repeat_key__gte=1), name="form_repeat_key_from_1"),
        ]
        indexes = [
            models.Index(fields=["subject", "form_oid"]),
            models.Index(fields=["status"]),
            # The forms that have waited longest, without sorting all.
            models.Index(fields=["status_changed_at", "id"], name="form_by_change"),
            models.Index(
                fields=["status_changed_at", "id"],
                condition=Q(status="disagreement"),
                name="form_disagreement_by_change",
            ),
            # States that few forms are in are found without the others.
            models.Index(fields=["subject"], condition=Q(status="disagreement"), name="form_in_disagreement"),
            models.Index(
                fields=["subject"],
                condition=Q(status__in=["first_draft", "first_sealed", "second_draft"]),
                name="form_begun",
            ),
            models.Index(
                fields=["event"], condition=Q(status="to_do", mandatory=True), name="form_owed_by_event"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form_oid}[{self.repeat_key}]"
