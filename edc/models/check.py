"""What edit checks found, what people said to it, and the records of checking and changing the rules."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class CheckFiring(models.Model):
    """One firing of an edit check or soft limit at a place: from the moment it did not hold until it held.

    A soft firing has a query; a silent one has none and is for data managers alone.
    """

    class Outcome(models.TextChoices):
        OPEN = "open", _("Open")
        CHANGED = "changed", _("Closed by a change of the data")
        UNCHANGED = "unchanged", _("Closed without a change of the data")

    form = models.ForeignKey("edc.FormInstance", on_delete=models.PROTECT, related_name="firings")
    path = models.CharField(max_length=120)
    rule_oid = models.CharField(max_length=120)
    severity = models.CharField(max_length=10)
    message_zh = models.CharField(max_length=500)
    message_en = models.CharField(max_length=500, blank=True)
    seen = models.JSONField(default=dict, help_text="What the rule read when it fired, FORM.ITEM to value.")
    query = models.ForeignKey("edc.Query", null=True, on_delete=models.PROTECT, related_name="+")
    fired_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OPEN)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-fired_at", "-pk"]
        constraints = [
            UniqueConstraint(
                fields=["form", "path", "rule_oid"], condition=Q(ended_at=None), name="firing_open_once"
            ),
            CheckConstraint(
                condition=Q(ended_at=None, outcome="open") | Q(ended_at__isnull=False) & ~Q(outcome="open"),
                name="firing_ended_has_outcome",
            ),
            CheckConstraint(
                condition=~Q(severity="silent") | Q(query=None), name="silent_firing_asks_nobody"
            ),
            CheckConstraint(
                condition=Q(settled_by=None) | ~Q(settled_reason=""), name="firing_settled_with_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["rule_oid", "ended_at"]),
            models.Index(fields=["rule_oid", "-fired_at", "-id"], name="firing_of_rule_newest_first"),
        ]


class CheckReason(models.Model):
    """Why a person kept a value that a soft check questions; others see it once the form is complete."""

    form = models.ForeignKey("edc.FormInstance", on_delete=models.PROTECT, related_name="check_reasons")
    path = models.CharField(max_length=120)
    rule_oid = models.CharField(max_length=120)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=500)
    given_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["given_at", "pk"]
        constraints = [
            UniqueConstraint(fields=["form", "path", "rule_oid", "author"], name="check_reason_once"),
            CheckConstraint(condition=~Q(text=""), name="check_reason_says_something"),
        ]


class UatRun(models.Model):
    """One run of every case of every rule of a design version; append-only (a database trigger says so)."""

    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="uat_runs")
    design_version = models.ForeignKey("edc.DesignVersion", on_delete=models.PROTECT, related_name="+")
    run_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    run_at = models.DateTimeField(auto_now_add=True)
    software_version = models.CharField(max_length=40)
    passed = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    mutants = models.PositiveIntegerField()
    killed = models.PositiveIntegerField()
    result = models.JSONField(help_text="Every case with what was expected and said, and every mutant left.")
    result_sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["-run_at", "-pk"]


class FormulaAdoption(models.Model):
    """The decision to compute derived items anew by the formulas of a later design version; append-only."""

    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="formula_adoptions")
    design_version = models.ForeignKey("edc.DesignVersion", on_delete=models.PROTECT, related_name="+")
    items = models.JSONField(help_text="OIDs of the derived items whose formula is taken over.")
    reason = models.CharField(max_length=300)
    report = models.JSONField(help_text="Each value that changed, before and after.")
    adopted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-adopted_at", "-pk"]
        constraints = [CheckConstraint(condition=~Q(reason=""), name="formula_adoption_has_reason")]
