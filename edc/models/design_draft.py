"""Drafts of a study's next design: worked on, reviewed by another person, published as a version."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DesignDraft(models.Model):
    """One draft; a study has one that is open, so that no two publish past each other."""

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
    OPEN = (State.DRAFT, State.IN_REVIEW)

    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="design_drafts")
    name = models.CharField(max_length=120)
    base = models.ForeignKey("edc.DesignVersion", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    content = models.TextField(help_text="The design as one JSON document, see edc/design/whole.py.")
    revision = models.PositiveIntegerField(default=1, help_text="Counts the changes of the content.")
    faults = models.JSONField(default=list, help_text="File, field and words of each fault of the content.")
    wordings = models.JSONField(
        default=dict, help_text="CL.X/CODE to the reason why a reworded code means the same."
    )
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    version = models.OneToOneField(
        "edc.DesignVersion", on_delete=models.PROTECT, related_name="draft", null=True, blank=True
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            UniqueConstraint(
                fields=["study"],
                condition=Q(state__in=["draft", "in_review"]),
                name="design_draft_one_open_per_study",
            ),
            CheckConstraint(
                condition=~Q(state="published")
                | (
                    Q(version__isnull=False, published_by__isnull=False, submitted_by__isnull=False)
                    & ~Q(published_by=F("submitted_by"))
                ),
                name="design_draft_by_two_people",
            ),
        ]


class DesignDraftStep(models.Model):
    """What happened to a draft, and what people said of it; never changed."""

    class Kind(models.TextChoices):
        STARTED = "started", _("Started")
        CHANGED = "changed", _("Changed")
        REPLACED = "replaced", _("Content replaced from a file")
        COMMENTED = "commented", _("Comment")
        SUBMITTED = "submitted", _("Submitted for review")
        SENT_BACK = "sent_back", _("Sent back")
        PUBLISHED = "published", _("Published")
        DROPPED = "dropped", _("Given up")

    # Who did one of these wrote the draft, and cannot be the one to publish it.
    WRITING = (Kind.STARTED, Kind.CHANGED, Kind.REPLACED)

    draft = models.ForeignKey(DesignDraft, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=10, choices=Kind)
    revision = models.PositiveIntegerField(help_text="Of the draft after the step.")
    place = models.CharField(max_length=200, blank=True, help_text="The part that was changed or is meant.")
    text = models.CharField(max_length=2000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
