"""Source data verification: the plan, who was drawn, the marks on items, and what each form still owes."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class Verification(models.Model):
    """A monitor compared the form with its source; a later change of content breaks the mark."""

    form = models.ForeignKey("edc.FormInstance", on_delete=models.PROTECT, related_name="verifications")
    verifier = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    content_sha256 = models.CharField(max_length=64)
    verified_at = models.DateTimeField(auto_now_add=True)
    broken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-verified_at", "-pk"]


class VerificationPlan(models.Model):
    """How much is verified from a day on, at one site or (site null) at all that have no plan of their own.

    A plan never changes; the next one takes over from its first day.
    """

    class BrokenBy(models.TextChoices):
        NEVER = "never", _("No change breaks a mark")
        ALWAYS = "always", _("Any change of the item breaks its mark")
        CRITICAL = "critical", _("A change of a critical item")
        QUERIED = "queried", _("A change of an item that was queried before")
        QUERIED_OR_CRITICAL = "queried_or_critical", _("A change of a queried or critical item")

    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="verification_plans")
    site = models.ForeignKey(
        "edc.Site", on_delete=models.PROTECT, null=True, blank=True, related_name="verification_plans"
    )
    starts_on = models.DateField(help_text="Visits held from this day on follow the plan.")
    first_n = models.PositiveIntegerField(help_text="The first subjects of each site, all items.")
    percent = models.PositiveSmallIntegerField(help_text="Of the later subjects, drawn by the seed.")
    broken_by = models.CharField(max_length=20, choices=BrokenBy, default=BrokenBy.ALWAYS)
    seed = models.CharField(max_length=32)
    reason = models.CharField(max_length=300)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            CheckConstraint(condition=Q(percent__lte=100), name="verification_plan_percent"),
            CheckConstraint(condition=~Q(seed="") & ~Q(reason=""), name="verification_plan_says_why"),
        ]


class VerificationDraw(models.Model):
    """Whether a subject's sampled items are verified under a plan, and the number that decided it."""

    class Why(models.TextChoices):
        FIRST = "first", _("Among the first subjects")
        DRAWN = "drawn", _("Drawn")
        LEFT_OUT = "left_out", _("Not drawn")

    plan = models.ForeignKey(VerificationPlan, on_delete=models.PROTECT, related_name="draws")
    subject = models.ForeignKey("edc.Subject", on_delete=models.PROTECT, related_name="verification_draws")
    ordinal = models.PositiveIntegerField(help_text="Place among the site's subjects, from 1.")
    number = models.PositiveSmallIntegerField(help_text="0 to 9999, from the seed and the subject's number.")
    why = models.CharField(max_length=10, choices=Why)
    drawn_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["plan_id", "ordinal"]
        constraints = [UniqueConstraint(fields=["plan", "subject"], name="verification_draw_once")]


class ItemVerification(models.Model):
    """A monitor compared one value with its source; whether a later change breaks the mark, the plan says."""

    form = models.ForeignKey("edc.FormInstance", on_delete=models.PROTECT, related_name="item_verifications")
    path = models.CharField(max_length=120)
    value_sha256 = models.CharField(max_length=64)
    verifier = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    verified_at = models.DateTimeField(auto_now_add=True)
    broken_at = models.DateTimeField(null=True, blank=True)
    broken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    broken_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["form_id", "path", "-pk"]
        constraints = [
            UniqueConstraint(
                fields=["form", "path"],
                condition=Q(broken_at__isnull=True),
                name="item_verified_once_at_a_time",
            ),
        ]


class FormVerificationDue(models.Model):
    """What a completed form owes of verification, counted anew whenever its values, marks or plan change."""

    form = models.OneToOneField("edc.FormInstance", on_delete=models.PROTECT, related_name="verification_due")
    plan = models.ForeignKey(VerificationPlan, on_delete=models.PROTECT, null=True, related_name="+")
    required = models.PositiveIntegerField(default=0)
    verified = models.PositiveIntegerField(default=0, help_text="Of those required.")
    left = models.PositiveIntegerField(default=0, help_text="Required and not verified.")
    critical_left = models.PositiveIntegerField(default=0, help_text="Critical among those left.")
    transferred = models.PositiveIntegerField(
        default=0, help_text="Values that came electronically: they need no comparison with a source."
    )
    broken = models.PositiveIntegerField(default=0, help_text="Verified once, changed since.")

    class Meta:
        ordering = ["form_id"]
        indexes = [
            models.Index(fields=["left"], name="verification_left"),
            models.Index(fields=["-critical_left", "-left", "id"], name="verification_by_critical"),
        ]
