"""Synonyms: words that a study's data managers say mean a term, in force once their file was committed."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from edc.models.coding import Dictionary


class SynonymFile(models.Model):
    """An uploaded file of synonyms: what its check found, and whether it was committed afterwards."""

    class State(models.TextChoices):
        CHECKED = "checked", _("Checked")
        COMMITTED = "committed", _("Committed")
        DISCARDED = "discarded", _("Discarded")

    MOVES = frozenset({("checked", "committed"), ("checked", "discarded")})

    dictionary = models.ForeignKey(Dictionary, on_delete=models.PROTECT, related_name="synonym_files")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, help_text="Of the file as it was uploaded.")
    counts = models.JSONField(default=dict, help_text="How many lines met each outcome.")
    findings = models.JSONField(
        default=list, help_text="Line, words, code, outcome and the code before of what the check found."
    )
    findings_sha256 = models.CharField(max_length=64, help_text="Of every line's finding.")
    state = models.CharField(max_length=10, choices=State, default=State.CHECKED)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    committed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    committed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            CheckConstraint(
                condition=~Q(state="committed") | Q(committed_by__isnull=False, committed_at__isnull=False),
                name="synonym_file_committed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.dictionary})"


class Synonym(models.Model):
    """Words that mean a term of a dictionary, in every version that has its code; ended, never rewritten."""

    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="synonyms")
    kind = models.CharField(max_length=10, choices=Dictionary.Kind)
    key = models.CharField(max_length=300, help_text="As words are compared.")
    words = models.CharField(max_length=300)
    code = models.CharField(max_length=40)
    file = models.ForeignKey(SynonymFile, on_delete=models.PROTECT, related_name="synonyms")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            UniqueConstraint(
                fields=["study", "kind", "key"], condition=Q(ended_at=None), name="synonym_once_in_force"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.words} = {self.code}"
