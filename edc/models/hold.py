"""Freezes and locks from item to study, and the requests for those that take a second person."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    """How wide a freeze or a lock reaches, the narrowest first."""

    ITEM = "item", _("Item")
    FORM = "form", _("Form")
    VISIT = "visit", _("Visit")
    SUBJECT = "subject", _("Subject")
    SITE = "site", _("Site")
    STUDY = "study", _("Study")


class HoldKind(models.TextChoices):
    FREEZE = "freeze", _("Freeze: no data change, queries go on")
    LOCK = "lock", _("Lock: neither data nor queries")


class Place(models.Model):
    """Where a hold or its request stands: the fields up to its level are set, those below it are empty."""

    level = models.CharField(max_length=10, choices=Level)
    kind = models.CharField(max_length=10, choices=HoldKind)
    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey("edc.Site", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    subject = models.ForeignKey(
        "edc.Subject", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    event = models.ForeignKey(
        "edc.StudyEvent", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    form = models.ForeignKey(
        "edc.FormInstance", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    path = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        abstract = True


class Hold(Place):
    """A freeze or a lock, in force until it is lifted."""

    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(max_length=300)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["-placed_at", "-pk"]
        indexes = [models.Index(fields=["study", "lifted_at", "level"], name="hold_in_force")]
        constraints = [
            CheckConstraint(condition=~Q(reason=""), name="hold_says_why"),
            CheckConstraint(
                condition=Q(lifted_at__isnull=True) | ~Q(lifted_reason=""), name="hold_lifted_says_why"
            ),
        ]


class HoldRequest(Place):
    """One person asks to lock or unlock a site or the study; another one decides."""

    class Act(models.TextChoices):
        PLACE = "place", _("Lock")
        LIFT = "lift", _("Unlock")

    class Status(models.TextChoices):
        OPEN = "open", _("Waits for a second person")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")

    act = models.CharField(max_length=10, choices=Act)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    reason = models.CharField(max_length=300)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            # The second person is another person: four eyes.
            CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("asked_by")),
                name="hold_request_by_two_people",
            ),
        ]
