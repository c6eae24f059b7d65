"""When and why a subject's participation ended."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class Departure(models.Model):
    """A subject's end of participation; one taken back by mistake stays, and another may follow."""

    class How(models.TextChoices):
        COMPLETED = "completed", _("Completed the study")
        CONSENT = "consent", _("Consent withdrawn")
        OWN_WISH = "own_wish", _("Left at own wish, consent stands")
        CLINICIAN = "clinician", _("Clinician's decision")
        LOST = "lost", _("Lost to follow-up")
        DEATH = "death", _("Death")
        OTHER = "other", _("Another cause")

    subject = models.ForeignKey("edc.Subject", on_delete=models.PROTECT, related_name="departures")
    how = models.CharField(max_length=12, choices=How)
    left_on = models.DateField()
    reason = models.CharField(max_length=300)
    status_before = models.CharField(max_length=20, help_text="The subject's status until then.")
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(auto_now_add=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            UniqueConstraint(
                fields=["subject"], condition=Q(taken_back_at__isnull=True), name="departure_once_at_a_time"
            ),
            CheckConstraint(condition=~Q(reason=""), name="departure_has_reason"),
        ]
