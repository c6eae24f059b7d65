"""The passwords a person has had, so that none comes back soon."""

from django.conf import settings
from django.db import models


class PasswordRecord(models.Model):
    """The hash of a password that a person was given or chose; an account with one cannot be deleted."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="password_records"
    )
    password = models.CharField(max_length=128, help_text="As Django hashes it, never the text.")
    set_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-set_at", "-pk"]
