"""Informed consent: the versions of a study's consent form, the sites' days, and what each subject gave."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class ConsentVersion(models.Model):
    """One version of the consent form in one language; what it says never changes (a trigger says so).

    It is in effect at a site from the day of its `ConsentStart` there, once another person than the one who
    uploaded it has published it.
    """

    class Language(models.TextChoices):
        ZH = "zh", _("Chinese")
        EN = "en", _("English")
        BO = "bo", _("Tibetan")
        UG = "ug", _("Uyghur")
        MN = "mn", _("Mongolian")
        OTHER = "other", _("Another language")

    class State(models.TextChoices):
        DRAFT = "draft", _("Waits for publication")
        PUBLISHED = "published", _("Published")
        RETIRED = "retired", _("Retired")
        DISCARDED = "discarded", _("Discarded")

    MOVES = frozenset({("draft", "published"), ("draft", "discarded"), ("published", "retired")})

    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="consent_versions")
    label = models.CharField(max_length=20, help_text="As printed on the form, such as V2.0.")
    language = models.CharField(max_length=5, choices=Language, default=Language.ZH)
    dated = models.DateField(help_text="The version's own date, as printed on the form.")
    approval = models.CharField(max_length=120, help_text="Number of the ethics approval.")
    approved_on = models.DateField()
    reconsent = models.BooleanField(help_text="Who consented to an earlier version is to consent again.")
    covers_earlier = models.BooleanField(
        help_text="It allows data from before the signature (retrospective part)."
    )
    changes = models.CharField(max_length=500, blank=True, help_text="What is new since the version before.")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    page_count = models.PositiveSmallIntegerField()
    size = models.PositiveIntegerField(help_text="Of the PDF, in bytes.")
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    published_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=300, blank=True, help_text="Why it was retired or discarded.")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            UniqueConstraint(
                fields=["study", "label", "language"],
                condition=~Q(state="discarded"),
                name="consent_version_once_per_language",
            ),
            # The one who uploaded it does not publish it.
            CheckConstraint(
                condition=Q(state__in=["draft", "discarded"])
                | (Q(published_by__isnull=False) & ~Q(published_by=F("uploaded_by"))),
                name="consent_version_by_two_people",
            ),
            CheckConstraint(
                condition=~Q(state__in=["retired", "discarded"]) | ~Q(ended_reason=""),
                name="ended_consent_version_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class ConsentStart(models.Model):
    """The day from which a site works with a version; each centre has its own ethics approval."""

    site = models.ForeignKey("edc.Site", on_delete=models.PROTECT, related_name="consent_starts")
    version = models.ForeignKey(ConsentVersion, on_delete=models.PROTECT, related_name="starts")
    effective_from = models.DateField()
    approval = models.CharField(max_length=120, help_text="Number of the centre's ethics approval.")
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now=True)
    told_at = models.DateTimeField(null=True, help_text="When the site was told that the day had come.")

    class Meta:
        ordering = ["site_id", "-effective_from", "-pk"]
        constraints = [
            UniqueConstraint(fields=["site", "version"], name="consent_start_once_per_site"),
            CheckConstraint(condition=~Q(approval=""), name="consent_start_has_approval"),
        ]


class Consent(models.Model):
    """A subject's consent to a version; one recorded by mistake is taken back and stays.

    The day of the signature is entered once: in the consent form `form`, by whatever passes the design asks.
    Of a consent given again, which has no form of its own, `signed_on` holds it.
    """

    subject = models.ForeignKey("edc.Subject", on_delete=models.PROTECT, related_name="consents")
    version = models.ForeignKey(ConsentVersion, on_delete=models.PROTECT, related_name="consents")
    form = models.ForeignKey(
        "edc.FormInstance", on_delete=models.PROTECT, related_name="consents", null=True, blank=True
    )
    signed_on = models.DateField(null=True, blank=True)
    signed_time = models.TimeField(null=True, blank=True)
    explained_by = models.CharField(max_length=80, help_text="Who of the site explained the study.")
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(auto_now_add=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            UniqueConstraint(
                fields=["form"], condition=Q(taken_back_at__isnull=True), name="consent_once_per_form"
            ),
            CheckConstraint(
                condition=Q(form__isnull=True, signed_on__isnull=False)
                | Q(form__isnull=False, signed_on__isnull=True),
                name="consent_day_stands_once",
            ),
            CheckConstraint(condition=~Q(explained_by=""), name="consent_has_explainer"),
        ]
        indexes = [models.Index(fields=["subject", "taken_back_at"], name="consent_standing")]


class ConsentScan(models.Model):
    """A scan of signed pages, with the subject's name on it; withdrawn by one person, erased by another."""

    class MediaType(models.TextChoices):
        PDF = "application/pdf", "PDF"
        JPEG = "image/jpeg", "JPEG"
        PNG = "image/png", "PNG"

    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="scans")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    media_type = models.CharField(max_length=20, choices=MediaType)
    page_count = models.PositiveSmallIntegerField()
    size = models.PositiveIntegerField(help_text="Of the file as kept, in bytes.")
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)
    erased_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    erased_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_reason="")),
                name="consent_scan_withdrawn_with_reason",
            ),
            CheckConstraint(
                condition=Q(erased_at__isnull=True)
                | (Q(withdrawn_at__isnull=False, erased_by__isnull=False) & ~Q(erased_by=F("withdrawn_by"))),
                name="consent_scan_erased_by_two_people",
            ),
        ]

    @property
    def numbers(self) -> range:
        """The numbers of the pages, from 1."""
        return range(1, self.page_count + 1)


class ConsentWithdrawal(models.Model):
    """What a subject withdrew the consent to, and from when; one noted by mistake is taken back and stays."""

    subject = models.ForeignKey("edc.Subject", on_delete=models.PROTECT, related_name="consent_withdrawals")
    withdrawn_on = models.DateField()
    further_data = models.BooleanField(help_text="No data of later days are collected.")
    use_of_data = models.BooleanField(help_text="The data collected so far are not used any more.")
    specimens = models.BooleanField(help_text="The specimens are destroyed.")
    reason = models.CharField(max_length=300)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(auto_now_add=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            CheckConstraint(
                condition=Q(further_data=True) | Q(use_of_data=True) | Q(specimens=True),
                name="consent_withdrawal_has_scope",
            ),
            CheckConstraint(condition=~Q(reason=""), name="consent_withdrawal_has_reason"),
        ]
        indexes = [models.Index(fields=["subject", "taken_back_at"], name="consent_withdrawn")]
