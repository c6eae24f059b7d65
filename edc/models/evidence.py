"""What the source says, beside the fields of a form: a de-identified page, or a passage typed from it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _


class Evidence(models.Model):
    """One page or passage of the source, tied to items of a form; withdrawn with a reason, never deleted.

    No words of the person who added it stand beside it, so that a page tells the second person nothing but
    what the source tells: its kind is picked from a list, and the file's own name is not kept.
    """

    class Kind(models.TextChoices):
        PAGE = "page", _("Page")
        TEXT = "text", _("Passage")

    class Source(models.TextChoices):
        LABORATORY = "laboratory", _("Laboratory report")
        IMAGING = "imaging", _("Imaging report")
        PATHOLOGY = "pathology", _("Pathology report")
        OPERATION = "operation", _("Operation note")
        ORDER = "order", _("Orders and medication")
        WARD = "ward", _("Inpatient record")
        CLINIC = "clinic", _("Outpatient record")
        CONSENT = "consent", _("Consent form")
        OTHER = "other", _("Other source")

    class MediaType(models.TextChoices):
        PDF = "application/pdf", "PDF"
        JPEG = "image/jpeg", "JPEG"
        PNG = "image/png", "PNG"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    form = models.ForeignKey("edc.FormInstance", on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=4, choices=Kind)
    source = models.CharField(max_length=12, choices=Source)
    paths = models.JSONField(default=list, help_text="Item paths that it is tied to, sorted.")
    text = models.TextField(max_length=4000, blank=True, help_text="The passage as typed.")
    media_type = models.CharField(max_length=20, choices=MediaType, blank=True)
    page_count = models.PositiveSmallIntegerField(default=0)
    size = models.PositiveIntegerField(help_text="Of the file as kept, or of the passage, in bytes.")
    sha256 = models.CharField(max_length=64, help_text="Of the file as kept, or of the passage in UTF-8.")
    deidentified = models.BooleanField(help_text="The uploader confirmed that no direct identifier is on it.")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["form_id", "pk"]
        constraints = [
            CheckConstraint(condition=Q(deidentified=True), name="evidence_confirmed_deidentified"),
            CheckConstraint(
                condition=(Q(kind="page") & Q(text="") & ~Q(media_type="") & Q(page_count__gte=1))
                | (Q(kind="text") & ~Q(text="") & Q(media_type="") & Q(page_count=0)),
                name="evidence_page_or_passage",
            ),
            CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_reason="")),
                name="evidence_withdrawn_with_reason",
            ),
        ]

    @property
    def numbers(self) -> range:
        """The numbers of the pages, from 1."""
        return range(1, self.page_count + 1)
