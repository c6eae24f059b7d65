"""The one round in which a second person checks again what differs from the first pass, shown no value."""

from django.conf import settings
from django.db import models
from django.db.models import UniqueConstraint


class Recheck(models.Model):
    """A second pass as it stood when its person was asked to check it: the answer that error rates count."""

    form = models.ForeignKey("edc.FormInstance", on_delete=models.PROTECT, related_name="rechecks")
    observer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    content = models.JSONField(help_text="The form record before the round.")
    content_sha256 = models.CharField(max_length=64)
    marked = models.JSONField(help_text="Item paths and groups to check, by the second person's keys.")
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [UniqueConstraint(fields=["form", "observer"], name="recheck_one_round")]
