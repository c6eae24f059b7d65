"""Studies, the institutions known under several names, and a study's sites."""

from django.db import models
from django.db.models import UniqueConstraint
from guardian.models import UserObjectPermissionBase


class Study(models.Model):
    """A registered study; its content is in its design versions."""

    oid = models.CharField(max_length=40, unique=True, help_text="Registration number.")
    title_zh = models.CharField(max_length=300)
    title_en = models.CharField(max_length=400, blank=True)
    short_title_zh = models.CharField(max_length=60)
    short_title_en = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["oid"]
        permissions = [
            ("view_study_data", "Can open the study"),
            ("manage_design", "Can build and publish the design"),
            ("manage_people", "Can grant and end memberships"),
            ("view_audit", "Can read the audit trail"),
            ("freeze_data", "Can freeze the data as a snapshot"),
            ("develop_models", "Can train, validate and register models"),
            ("approve_models", "Can approve a model registered by another person"),
        ]

    def __str__(self) -> str:
        return self.oid


class StudyUserObjectPermission(UserObjectPermissionBase):
    content_object = models.ForeignKey(Study, on_delete=models.CASCADE)


class Institution(models.Model):
    """One hospital, whatever the registrations call it."""

    key = models.CharField(max_length=60, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200)
    aliases = models.JSONField(default=list, help_text="Other names under which registrations list it.")

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name_zh


class Site(models.Model):
    """An institution's part in one study; isolation between sites is isolation between these rows."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="sites")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="sites")
    oid = models.CharField(max_length=20, help_text="Site code, such as T1-S01.")
    number = models.CharField(max_length=4, help_text="Two digits that begin each screening number.")
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["study_id", "number"]
        constraints = [
            UniqueConstraint(fields=["study", "oid"], name="site_oid_once_per_study"),
            UniqueConstraint(fields=["study", "number"], name="site_number_once_per_study"),
        ]
        permissions = [
            ("view_subjects", "Can see subjects and their schedule"),
            ("enrol_subject", "Can enrol subjects"),
            ("enter_data", "Can enter forms"),
            ("view_data", "Can see reconciled values"),
            ("resolve_disagreement", "Can see both passes and resolve disagreements"),
            ("raise_query", "Can raise and close queries"),
            ("answer_query", "Can answer queries"),
            ("verify_data", "Can verify source data"),
            ("sign_form", "Can sign forms"),
            ("lock_form", "Can freeze, lock and unlock"),
            ("import_data", "Can import data"),
            ("export_data", "Can take data out of the platform"),
            ("fetch_archive", "Can take the archive of the site"),
            ("upload_images", "Can upload images"),
            ("view_images", "Can see de-identified images"),
            ("read_images", "Can read images blinded"),
            ("adjudicate_reads", "Can adjudicate between reads"),
            ("run_models", "Can start model runs"),
            ("view_scores", "Can see approved scores"),
            ("review_scores", "Can accept or override scores"),
        ]

    def __str__(self) -> str:
        return self.oid


class SiteUserObjectPermission(UserObjectPermissionBase):
    content_object = models.ForeignKey(Site, on_delete=models.CASCADE)
