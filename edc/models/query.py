"""Queries: a thread on one item, in the states of ODM 2.0."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class Query(models.Model):
    """A question on an item or a whole form, of a person, an edit check, an imaging rule or a window."""

    class State(models.TextChoices):
        CANDIDATE = "candidate", _("Candidate")
        OPEN = "open", _("Open")
        ANSWERED = "answered", _("Answered")
        RESOLVED = "resolved", _("Judged settled")
        CLOSED = "closed", _("Closed")
        CANCELLED = "cancelled", _("Cancelled")

    class Origin(models.TextChoices):
        MANUAL = "manual", _("Raised by a person")
        EDIT_CHECK = "edit_check", _("Edit check")
        IMAGING = "imaging", _("Imaging protocol")
        SCHEDULE = "schedule", _("Visit window")
        CONSENT = "consent", _("Informed consent")

    class AnswerType(models.TextChoices):
        UPDATED = "updated", _("Updated as per source")
        CORRECT = "correct", _("Correct as per source")
        SOURCE_UPDATED = "source_updated", _("Correct, error in source updated")
        NOT_DONE = "not_done", _("Missing, not done")

    MOVES = frozenset(
        {
            ("candidate", "open"),
            ("candidate", "cancelled"),
            ("candidate", "closed"),
            ("open", "answered"),
            ("open", "closed"),
            ("open", "cancelled"),
            ("answered", "open"),
            ("answered", "resolved"),
            ("answered", "closed"),
            ("resolved", "open"),
            ("resolved", "closed"),
            ("closed", "open"),
        }
    )
    UNSETTLED = (State.OPEN, State.ANSWERED, State.RESOLVED)

    form = models.ForeignKey("edc.FormInstance", on_delete=models.PROTECT, related_name="queries")
    path = models.CharField(max_length=120, blank=True)
    origin = models.CharField(max_length=20, choices=Origin)
    rule_oid = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    text_zh = models.CharField(max_length=500)
    text_en = models.CharField(max_length=500, blank=True)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    owner_role = models.CharField(
        max_length=20,
        blank=True,
        default="",
        help_text="Role that asked and that alone may close; empty for the system: whoever may ask closes.",
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    standard_code = models.CharField(
        max_length=40, blank=True, default="", help_text="Code of the standard text that was used."
    )
    raised_at = models.DateTimeField(auto_now_add=True)
    state_changed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-raised_at", "-pk"]
        verbose_name_plural = "queries"
        constraints = [
            # A check fires once at a place until its query is closed.
            UniqueConstraint(
                fields=["form", "path", "rule_oid"],
                condition=Q(state__in=["candidate", "open", "answered", "resolved"]) & ~Q(rule_oid=""),
                name="query_once_per_rule_and_item",
            ),
            CheckConstraint(
                condition=Q(origin="manual") | ~Q(rule_oid=""), name="system_query_names_its_rule"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "raised_at"], name="query_by_state_and_age"),
            models.Index(fields=["raised_at", "id"], name="query_by_age"),
            models.Index(
                fields=["raised_at", "id"],
                condition=Q(state__in=["open", "answered", "resolved"]),
                name="query_unsettled_by_age",
            ),
            models.Index(
                fields=["form"],
                condition=Q(state__in=["open", "answered", "resolved"]),
                name="query_unsettled_by_form",
            ),
        ]


class QueryMessage(models.Model):
    """One turn of a query's thread."""

    query = models.ForeignKey(Query, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=1000)
    state_after = models.CharField(max_length=10, choices=Query.State)
    # Nullable without a default: SQLite would rebuild the table for one, and lose its append-only triggers.
    answer_type = models.CharField(  # noqa: DJ001
        max_length=20, choices=Query.AnswerType, null=True, help_text="What the site did, with an answer."
    )
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["written_at", "pk"]
        indexes = [
            models.Index(fields=["-id"], condition=Q(state_after="answered"), name="query_message_of_answer")
        ]


class StandardText(models.Model):
    """A study's own ready sentence for queries and answers; it replaces the shipped one of the same code."""

    class Purpose(models.TextChoices):
        QUERY = "query", _("Question")
        ANSWER = "answer", _("Answer")
        CLOSE = "close", _("Closing")

    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="standard_texts")
    code = models.SlugField(max_length=40)
    purpose = models.CharField(max_length=10, choices=Purpose)
    text_zh = models.CharField(max_length=500)
    text_en = models.CharField(max_length=500)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["study_id", "purpose", "code"]
        constraints = [UniqueConstraint(fields=["study", "code"], name="standard_text_once_per_study")]
