"""A study not there yet: its first design, brought from a file, until a second administrator founds it."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class StudyFounding(models.Model):
    """A proposed study with the account of what its file held; published, it is version 1 of the study."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("design", "Draft")
        IN_REVIEW = "in_review", _("In review")
        PUBLISHED = "published", _("Published")
        DROPPED = "dropped", _("Given up")

    MOVES = frozenset(
        {
            ("draft", "in_review"),
            ("in_review", "draft"),
            ("in_review", "published"),
            ("draft", "dropped"),
        }
    )

    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    file_name = models.CharField(max_length=200)
    file_sha256 = models.CharField(max_length=64)
    content = models.TextField(help_text="The design as one JSON document, see edc/design/whole.py.")
    account = models.JSONField(help_text="Counts of what was carried, and what was not with its reason.")
    said = models.CharField(max_length=2000, blank=True, help_text="What was said at the last step.")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    version = models.OneToOneField(
        "edc.DesignVersion", on_delete=models.PROTECT, related_name="founding", null=True, blank=True
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            CheckConstraint(
                condition=~Q(state="published")
                | (Q(version__isnull=False, decided_by__isnull=False) & ~Q(decided_by=F("started_by"))),
                name="study_founding_by_two_people",
            ),
        ]
