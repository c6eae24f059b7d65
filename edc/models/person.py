"""People, the places they work at and the tokens their programs use."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from edc.models.notification import Digest


class Role(models.TextChoices):
    """What a person may do in a study; the permissions of each role stand in `edc.access` only."""

    CRC = "crc", _("Data entry (CRC)")
    DATA_MANAGER = "data_manager", _("Data manager")
    MONITOR = "monitor", _("Monitor")
    INVESTIGATOR = "investigator", _("Principal investigator")
    RADIOLOGIST = "radiologist", _("Radiologist")
    CLINICIAN = "clinician", _("Clinician")
    DATA_SCIENTIST = "data_scientist", _("Data scientist")
    UPLOADER = "uploader", _("Site uploader (program)")
    AUDITOR = "auditor", _("Auditor / DSMC")
    ADMINISTRATOR = "administrator", _("Administrator")


class User(AbstractUser):
    """A person or a named system user; user names are never re-used because rows refer to users for ever."""

    display_name = models.CharField(_("name"), max_length=120, blank=True)
    is_system = models.BooleanField(
        default=False, help_text="Background work runs as such a user, never as nobody."
    )
    language = models.CharField(max_length=10, default="zh-hans")
    must_change_password = models.BooleanField(
        default=False,
        help_text="Somebody else knows the password: it opens the change of it and nothing more.",
    )
    password_changed_at = models.DateTimeField(null=True, blank=True)
    training_due_at = models.DateTimeField(
        null=True, blank=True, help_text="When the first role stops, or stopped, for want of training."
    )
    roles_hold_until = models.DateTimeField(
        null=True, blank=True, help_text="When the next role stops for want of training."
    )
    digest = models.CharField(max_length=10, choices=Digest, default=Digest.DAILY)

    class Meta:
        ordering = ["username"]
        constraints = [UniqueConstraint(Lower("username"), name="user_name_once_in_any_case")]

    def __str__(self) -> str:
        return self.display_name or self.username


class Membership(models.Model):
    """A role of a user in a study, at one site or (site empty) at every site of the study."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="memberships")
    site = models.ForeignKey(
        "edc.Site", on_delete=models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    role = models.CharField(max_length=20, choices=Role)
    active = models.BooleanField(default=True)
    waits_since = models.DateTimeField(
        null=True,
        blank=True,
        help_text="The role gives nothing since then, until training is on record; kept by `edc.access`.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    IN_FORCE = Q(active=True, waits_since=None)

    class Meta:
        ordering = ["study_id", "site_id", "role", "pk"]
        constraints = [
            UniqueConstraint(fields=["user", "study", "site", "role"], name="membership_once_per_site"),
            UniqueConstraint(
                fields=["user", "study", "role"],
                condition=Q(site__isnull=True),
                name="membership_once_study_wide",
            ),
        ]


class ApiToken(models.Model):
    """A bearer token of a user; only its SHA-256 is kept, the token itself is shown once."""

    class Scope(models.TextChoices):
        READ = "read", pgettext_lazy("what a token may do", "Read")
        ENTER = "enter", _("Enter form data")
        UPLOAD = "upload", _("Upload images")
        CHECK = "check", _("Verify, review and query data")
        MANAGE = "manage", _("Import, freeze and lock data")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=8)
    token_sha256 = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    site = models.ForeignKey(
        "edc.Site",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        help_text="A site token works at this site only.",
    )
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]


class IdempotencyRecord(models.Model):
    """The first answer to a write that carried an Idempotency-Key; a repeat gets the same answer."""

    user = models.ForeignKey(User, on_delete=models.PROTECT)
    key = models.CharField(max_length=80)
    request_sha256 = models.CharField(max_length=64)
    status_code = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            UniqueConstraint(fields=["user", "key"], name="idempotency_key_once_per_user"),
            CheckConstraint(condition=~Q(key=""), name="idempotency_key_not_empty"),
        ]
