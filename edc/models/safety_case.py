"""Serious adverse events: one case for each, its reports by the site, and the decisions on them."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

REPORT_WITHIN = timedelta(hours=24)


class SafetyCase(models.Model):
    """One serious adverse event, opened by its form or by hand; `due_at` is when the next report is owed."""

    class State(models.TextChoices):
        OPEN = "open", _("Report owed")
        REPORTED = "reported", _("Reported")
        CLOSED = "closed", _("Closed")
        WITHDRAWN = "withdrawn", _("Not serious")

    MOVES = frozenset(
        {
            ("open", "reported"),
            ("open", "withdrawn"),
            ("reported", "withdrawn"),
            ("reported", "closed"),
            ("closed", "reported"),
            # The form of adverse events says serious again.
            ("withdrawn", "open"),
            ("withdrawn", "reported"),
        }
    )

    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="safety_cases")
    number = models.PositiveIntegerField(help_text="Running number in the study.")
    subject = models.ForeignKey("edc.Subject", on_delete=models.PROTECT, related_name="safety_cases")
    form = models.ForeignKey("edc.FormInstance", on_delete=models.PROTECT, related_name="safety_cases")
    row_key = models.CharField(  # noqa: DJ001 - empty is an event of a form without rows
        max_length=10, blank=True, null=True, help_text="Null until a case opened by hand is tied."
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="Who opened it by hand.",
    )  # fmt: skip
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    aware_at = models.DateTimeField(help_text="When the site knew.")
    opened_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(null=True, blank=True)
    reminded_due_at = models.DateTimeField(
        null=True, blank=True, help_text="The deadline that people were reminded of."
    )
    closed_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            UniqueConstraint(fields=["form", "row_key"], name="safety_case_once_per_event"),
            UniqueConstraint(fields=["study", "number"], name="safety_case_number_once_per_study"),
            CheckConstraint(
                condition=~Q(state="open") | Q(due_at__isnull=False), name="open_safety_case_has_deadline"
            ),
            CheckConstraint(
                condition=~Q(state__in=["closed", "withdrawn"]) | (Q(due_at=None) & ~Q(closed_reason="")),
                name="ended_safety_case_owes_nothing",
            ),
        ]
        indexes = [models.Index(fields=["subject", "state"], name="safety_case_by_state")]

    def __str__(self) -> str:
        return f"SAE-{self.number:04d}"

    @property
    def by_hand(self) -> bool:
        return self.opened_by_id is not None


class SafetyReport(models.Model):
    """What the site reported at one moment, never changed: the first report, or one that follows it."""

    case = models.ForeignKey(SafetyCase, on_delete=models.PROTECT, related_name="reports")
    number = models.PositiveIntegerField(help_text="1 is the first report.")
    final = models.BooleanField(default=False, help_text="No other report follows.")
    content = models.JSONField(help_text="Name of an item to its raw entry, value and origin; the narrative.")
    content_sha256 = models.CharField(max_length=64)
    due_at = models.DateTimeField(null=True, blank=True, help_text="The deadline that it answers.")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]
        constraints = [UniqueConstraint(fields=["case", "number"], name="safety_report_number_once")]

    @property
    def is_late(self) -> bool:
        return self.due_at is not None and self.submitted_at > self.due_at


class SafetyDecision(models.Model):
    """What one named person of the committee decided on a report; never changed."""

    class Causality(models.TextChoices):
        NOT = "not", _("Not related")
        UNLIKELY = "unlikely", _("Unlikely")
        POSSIBLE = "possible", _("Possible")
        PROBABLE = "probable", _("Probable")
        DEFINITE = "definite", _("Definite")

    class Expectedness(models.TextChoices):
        EXPECTED = "expected", _("Expected")
        UNEXPECTED = "unexpected", _("Unexpected")

    class Action(models.TextChoices):
        NONE = "none", _("No further action")
        FOLLOW_UP = "follow_up", _("Follow-up report wanted")
        SUBJECT = "subject", _("Stop the treatment of the subject")
        DOCUMENTS = "documents", _("Amend protocol or consent")
        PAUSE = "pause", _("Pause enrolment")
        STOP = "stop", _("Stop the study")

    report = models.ForeignKey(SafetyReport, on_delete=models.PROTECT, related_name="decisions")
    causality = models.CharField(max_length=8, choices=Causality)
    expectedness = models.CharField(max_length=10, choices=Expectedness)
    action = models.CharField(max_length=10, choices=Action)
    comment = models.CharField(max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [UniqueConstraint(fields=["report", "by"], name="safety_decision_once_per_person")]
