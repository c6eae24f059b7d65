"""Deviations from the protocol or from good clinical practice, found by the platform or noted by people."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class Deviation(models.Model):
    """A deviation that a person noted or decided about; what the platform finds is no row until then.

    `facts` is what was known when it was decided, so that a later correction of the data shows.
    """

    class Source(models.TextChoices):
        WINDOW = "window", _("Visit outside its window")
        MISSED = "missed", _("Visit not done")
        OVERRIDE = "override", _("Enrolled although criteria were not met")
        CONSENT = "consent", _("Visit outside the time of consent")
        VERSION = "version", _("Consent to a version not in effect")
        FORM = "form", _("Entered on a form")
        PERSON = "person", _("Noted by a person")

    class State(models.TextChoices):
        REPORTED = "reported", _("Reported")
        CONFIRMED = "confirmed", _("Confirmed")
        DISMISSED = "dismissed", _("No deviation")
        CLOSED = "closed", _("Settled")

    class Kind(models.TextChoices):
        PROTOCOL = "protocol", _("Protocol")
        GCP = "gcp", _("GCP")

    class Severity(models.TextChoices):
        MINOR = "minor", _("Minor")
        MAJOR = "major", _("Major")

    class Category(models.TextChoices):
        CONSENT = "consent", _("Informed consent")
        ELIGIBILITY = "eligibility", _("Eligibility")
        SCHEDULE = "schedule", _("Visit schedule")
        PROCEDURE = "procedure", _("Examination or procedure")
        TREATMENT = "treatment", _("Treatment")
        SAFETY = "safety", _("Safety reporting")
        SPECIMEN = "specimen", _("Specimens")
        DATA = "data", _("Data and documents")
        PRIVACY = "privacy", _("Privacy")
        OTHER = "other", _("Other")

    MOVES = frozenset(
        {
            ("reported", "confirmed"),
            ("reported", "dismissed"),
            ("confirmed", "dismissed"),
            ("dismissed", "confirmed"),
            ("confirmed", "closed"),
            ("closed", "confirmed"),
        }
    )

    subject = models.ForeignKey("edc.Subject", on_delete=models.PROTECT, related_name="deviations")
    event = models.ForeignKey(
        "edc.StudyEvent", on_delete=models.PROTECT, related_name="deviations", null=True, blank=True
    )
    consent = models.ForeignKey(
        "edc.Consent", on_delete=models.PROTECT, related_name="deviations", null=True, blank=True
    )
    form = models.ForeignKey(
        "edc.FormInstance", on_delete=models.PROTECT, related_name="deviations", null=True, blank=True
    )
    source = models.CharField(max_length=10, choices=Source)
    state = models.CharField(max_length=10, choices=State)
    occurred_on = models.DateField()
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PROTOCOL)
    severity = models.CharField(max_length=10, choices=Severity, blank=True)
    category = models.CharField(max_length=12, choices=Category)
    description = models.CharField(max_length=1000)
    cause = models.CharField(max_length=1000, blank=True)
    correction = models.CharField(max_length=1000, blank=True)
    facts = models.JSONField(default=dict, help_text="What the platform computed when it was decided.")
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=300, blank=True, help_text="Why it was confirmed or dismissed.")

    class Meta:
        ordering = ["-occurred_on", "-pk"]
        constraints = [
            UniqueConstraint(
                fields=["event", "source"], condition=Q(source__in=["window", "missed", "consent"]),
                name="deviation_once_per_visit",
            ),
            UniqueConstraint(
                fields=["subject"], condition=Q(source="override"), name="deviation_once_per_override"
            ),
            UniqueConstraint(
                fields=["consent"], condition=Q(source="version"), name="deviation_once_per_consent"
            ),
            UniqueConstraint(fields=["form"], condition=Q(source="form"), name="deviation_once_per_form"),
            CheckConstraint(
                condition=~Q(state__in=["confirmed", "closed"]) | ~Q(severity=""),
                name="confirmed_deviation_has_severity",
            ),
            CheckConstraint(
                condition=~Q(state="closed") | ~Q(correction=""), name="settled_deviation_has_correction"
            ),
            CheckConstraint(condition=~Q(description=""), name="deviation_has_description"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["subject", "state"])]
