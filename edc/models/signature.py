"""Electronic signatures: who, when, what it means, and the hash of exactly what was signed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Signature(models.Model):
    """A signature given after re-authentication; visibly broken when the content changes."""

    class Meaning(models.TextChoices):
        REVIEWED = "reviewed", _("I have reviewed this form and it is accurate and complete")
        APPROVED = "approved", _("I approve this form")
        RESPONSIBLE = "responsible", _("These data were collected under my responsibility")

    form = models.ForeignKey("edc.FormInstance", on_delete=models.PROTECT, related_name="signatures")
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="signatures")
    signer_name = models.CharField(max_length=120, help_text="As it stood at signing.")
    role = models.CharField(max_length=20)
    meaning = models.CharField(max_length=20, choices=Meaning)
    content_sha256 = models.CharField(max_length=64)
    signed_at = models.DateTimeField(auto_now_add=True)
    broken_at = models.DateTimeField(null=True, blank=True)
    broken_reason = models.CharField(max_length=300, blank=True)
    broken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    act = models.ForeignKey(
        "edc.SigningAct", on_delete=models.PROTECT, null=True, blank=True, related_name="signatures"
    )

    class Meta:
        ordering = ["-signed_at", "-pk"]


class SigningAct(models.Model):
    """One signing of a whole visit or casebook: a signature on each of its forms, and one hash over all."""

    class Scope(models.TextChoices):
        VISIT = "visit", _("Visit")
        CASEBOOK = "casebook", _("Casebook")

    subject = models.ForeignKey("edc.Subject", on_delete=models.PROTECT, related_name="signing_acts")
    event = models.ForeignKey("edc.StudyEvent", on_delete=models.PROTECT, null=True, related_name="+")
    scope = models.CharField(max_length=10, choices=Scope)
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    meaning = models.CharField(max_length=20, choices=Signature.Meaning)
    content_sha256 = models.CharField(max_length=64, help_text="Of the forms' own hashes, in their order.")
    signed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-signed_at", "-pk"]
