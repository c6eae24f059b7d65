"""Source data verification of a form's reconciled content."""

from django.conf import settings
from django.db import models


class Verification(models.Model):
    """A monitor compared the form with its source; a later change of content breaks the mark."""

    form = models.ForeignKey("edc.FormInstance", on_delete=models.PROTECT, related_name="verifications")
    verifier = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    content_sha256 = models.CharField(max_length=64)
    verified_at = models.DateTimeField(auto_now_add=True)
    broken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-verified_at", "-pk"]
