"""Queries: a thread on one item, in the states of ODM 2.0."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class Query(models.Model):
    """A question on an item of a form, raised by a person, an edit check or an imaging deviation."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed")
        CANCELLED = "cancelled", _("Cancelled")

    class Origin(models.TextChoices):
        MANUAL = "manual", _("Raised by a person")
        EDIT_CHECK = "edit_check", _("Edit check")
        IMAGING = "imaging", _("Imaging protocol")

    MOVES = frozenset(
        {
            ("open", "answered"),
            ("open", "closed"),
            ("open", "cancelled"),
            ("answered", "open"),
            ("answered", "closed"),
            ("closed", "open"),
        }
    )

    form = models.ForeignKey("edc.FormInstance", on_delete=models.PROTECT, related_name="queries")
    path = models.CharField(max_length=120, blank=True)
    origin = models.CharField(max_length=20, choices=Origin)
    rule_oid = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    text_zh = models.CharField(max_length=500)
    text_en = models.CharField(max_length=500, blank=True)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(auto_now_add=True)
    state_changed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-raised_at", "-pk"]
        verbose_name_plural = "queries"
        constraints = [
            # A check fires once at a place until its query is closed.
            UniqueConstraint(
                fields=["form", "path", "rule_oid"],
                condition=Q(state__in=["open", "answered"]) & ~Q(rule_oid=""),
                name="query_once_per_rule_and_item",
            ),
            CheckConstraint(
                condition=Q(origin="manual") | ~Q(rule_oid=""), name="system_query_names_its_rule"
            ),
        ]


class QueryMessage(models.Model):
    """One turn of a query's thread."""

    query = models.ForeignKey(Query, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=1000)
    state_after = models.CharField(max_length=10, choices=Query.State)
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["written_at", "pk"]
