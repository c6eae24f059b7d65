"""Published study designs: immutable, numbered, known by their hash."""

from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import UniqueConstraint

from edc.design.study import StudyDesign


class WithoutContent(models.Manager):
    """Leaves the content, hundreds of kilobytes, in the database until a process first parses it."""

    def get_queryset(self) -> models.QuerySet["DesignVersion"]:
        return super().get_queryset().defer("content")


class DesignVersion(models.Model):
    """One published design; the content never changes (a database trigger says so)."""

    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="design_versions")
    number = models.PositiveIntegerField()
    content = models.TextField(help_text="Canonical JSON of the design.")
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField(auto_now_add=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)

    objects = WithoutContent()

    class Meta:
        base_manager_name = "objects"
        ordering = ["study_id", "-number"]
        constraints = [
            UniqueConstraint(fields=["study", "number"], name="design_number_once_per_study"),
            UniqueConstraint(fields=["study", "sha256"], name="design_content_once_per_study"),
        ]

    def __str__(self) -> str:
        return f"{self.study_id} v{self.number}"

    @cached_property
    def design(self) -> StudyDesign:
        """The design as objects; parsed once per process for each version."""
        return design_of(self)


_PARSED: dict[int, StudyDesign] = {}


def design_of(version: DesignVersion) -> StudyDesign:
    """Return the parsed design of a version; versions are immutable, so a parse is kept."""
    if version.pk not in _PARSED or _PARSED[version.pk].sha256 != version.sha256:
        _PARSED[version.pk] = StudyDesign.from_json(version.content)
    return _PARSED[version.pk]
