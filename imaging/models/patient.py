"""Which hospital patient a subject is, as a keyed hash: it tells when images of somebody else came."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint


class KnownPatient(models.Model):
    """One hospital number under which a subject's images came; a further one was accepted by a person."""

    subject = models.ForeignKey("edc.Subject", on_delete=models.PROTECT, related_name="known_patients")
    patient_key = models.CharField(max_length=64, help_text="HMAC of the original patient id.")
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reason = models.CharField(max_length=500, blank=True)
    known_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["subject_id", "pk"]
        constraints = [
            UniqueConstraint(fields=["subject", "patient_key"], name="known_patient_once"),
            CheckConstraint(
                condition=Q(accepted_by=None, reason="") | (Q(accepted_by__isnull=False) & ~Q(reason="")),
                name="known_patient_accepted_with_reason",
            ),
        ]
