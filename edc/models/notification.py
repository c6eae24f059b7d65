"""What a person is told: once on the page behind the bell, and in the digest by e-mail."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Digest(models.TextChoices):
    """How often a person's unread notifications are sent by e-mail."""

    DAILY = "daily", _("every day")
    WEEKLY = "weekly", _("every week")
    OFF = "off", _("never")


class Notification(models.Model):
    """One thing that one person is told; its words are made when it is read, from `kind` and `about`."""

    class Kind(models.TextChoices):
        ACCOUNT_LOCKED = "account_locked", _("An account was locked")
        ACCOUNT_CHANGED = "account_changed", _("Your account was changed")
        ROLE_GRANTED = "role_granted", _("A role was granted to you")
        ROLE_ENDED = "role_ended", _("A role of yours ended")
        QUERY_ASSIGNED = "query_assigned", _("A query was assigned to you")
        QUERY_ANSWERED = "query_answered", _("Your query was answered")
        DESIGN_SUBMITTED = "design_submitted", _("A design draft waits for your review")
        DESIGN_DECIDED = "design_decided", _("A design draft of yours was reviewed")
        SAE_OPENED = "sae_opened", _("A serious adverse event must be reported")
        SAE_DUE = "sae_due", _("A report of a serious adverse event falls due")
        SAE_REPORTED = "sae_reported", _("A serious adverse event was reported")
        CONSENT_SUBMITTED = "consent_submitted", _("A consent form waits for publication")
        CONSENT_DECIDED = "consent_decided", _("A consent form of yours was published")
        RECONSENT_DUE = "reconsent_due", _("Subjects are to consent again")
        SAE_DECIDED = "sae_decided", _("A serious adverse event was decided on")
        TRAINING_ASKED = "training_asked", _("A document waits for you to read it")
        TRAINING_REMINDED = "training_reminded", _("A document still waits for you to read it")
        ROLE_WAITS = "role_waits", _("A role of yours waits for training")
        STATEMENT_ASKED = "statement_asked", _("The statement on signatures waits for you")
        BACKUP_FAILED = "backup_failed", _("A backup failed")
        FOUNDING_SUBMITTED = "founding_submitted", _("A new study waits for your review")
        FOUNDING_DECIDED = "founding_decided", _("A new study of yours was reviewed")
        DRILL_FAILED = "drill_failed", _("A trial restore failed")
        LIST_SUBMITTED = "list_submitted", _("A list of allocations waits for confirmation")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notifications")
    kind = models.CharField(max_length=30, choices=Kind)
    about = models.CharField(
        max_length=120, blank=True, help_text="A user name, role or number; never what tells of a subject."
    )
    url = models.CharField(max_length=200, blank=True)
    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, null=True, related_name="+")
    site = models.ForeignKey("edc.Site", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["user", "read_at"], name="notification_unread")]
