"""A site's word that it holds its own archive and has verified it."""

from django.conf import settings
from django.db import models
from django.db.models import UniqueConstraint


class ArchiveReceipt(models.Model):
    """An investigator of the site confirmed, with a proof given again, that it has the file unaltered."""

    export = models.ForeignKey("edc.Export", on_delete=models.PROTECT, related_name="receipts")
    site = models.ForeignKey("edc.Site", on_delete=models.PROTECT, related_name="archive_receipts")
    code = models.CharField(max_length=16, help_text="As the verify script printed it at the site.")
    sha256 = models.CharField(max_length=64, help_text="Of the file that was downloaded.")
    kept_at = models.CharField(max_length=200, help_text="Where the site keeps it, in its own words.")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [UniqueConstraint(fields=["export", "site"], name="archive_receipt_once")]

    def __str__(self) -> str:
        return f"{self.site} {self.code}"
