"""Medical coding: a study's licensed dictionaries, which items they code, and the terms that values have."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class Dictionary(models.Model):
    """One version of a dictionary as loaded from the study's own files; never changed afterwards."""

    class Kind(models.TextChoices):
        MEDDRA = "meddra", "MedDRA"
        WHODRUG = "whodrug", "WHODrug"
        ATC = "atc", "ATC"
        ICD10 = "icd10", "ICD-10"
        OTHER = "other", _("Another dictionary")

    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="dictionaries")
    kind = models.CharField(max_length=10, choices=Kind)
    version = models.CharField(max_length=30)
    licence = models.CharField(max_length=200, help_text="Who holds the licence, and its number.")
    files = models.JSONField(default=list, help_text="Name and SHA-256 of each file.")
    levels = models.JSONField(default=list, help_text="The levels, the widest first.")
    term_count = models.PositiveIntegerField()
    loaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    loaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["kind", "-pk"]
        constraints = [
            UniqueConstraint(fields=["study", "kind", "version"], name="dictionary_version_once"),
            CheckConstraint(condition=~Q(licence=""), name="dictionary_has_licence"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.version}"


class DictionaryTerm(models.Model):
    """A term that values can be coded to; never changed."""

    dictionary = models.ForeignKey(Dictionary, on_delete=models.PROTECT, related_name="terms")
    code = models.CharField(max_length=40)
    level = models.CharField(max_length=20)
    zh = models.CharField(max_length=300, blank=True)
    en = models.CharField(max_length=300, blank=True)
    key_zh = models.CharField(max_length=300, blank=True, help_text="As words are compared.")
    key_en = models.CharField(max_length=300, blank=True)
    search = models.TextField(blank=True, help_text="What the term is found by: names and pinyin.")
    path = models.JSONField(default=list, help_text="Level, code, zh, en of each class, the widest first.")
    current = models.BooleanField(default=True)

    class Meta:
        ordering = ["pk"]
        constraints = [UniqueConstraint(fields=["dictionary", "code"], name="dictionary_term_once")]
        indexes = [
            models.Index(fields=["dictionary", "key_zh"], name="dictionary_term_zh"),
            models.Index(fields=["dictionary", "key_en"], name="dictionary_term_en"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.zh or self.en}"


class CodedItem(models.Model):
    """That an item of the design is coded, and with which version of which dictionary."""

    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="coded_items")
    item_oid = models.CharField(max_length=80)
    dictionary = models.ForeignKey(Dictionary, on_delete=models.PROTECT, related_name="items")

    class Meta:
        ordering = ["item_oid"]
        constraints = [UniqueConstraint(fields=["study", "item_oid"], name="item_coded_once")]


class Coding(models.Model):
    """The term one person gave a value, in force once another has approved it; ended, never rewritten.

    It holds for the verbatim it was given to: a value that changes is to be coded again.
    """

    class Method(models.TextChoices):
        MANUAL = "manual", _("By hand")
        EXACT = "exact", _("Equal to a term")
        MEMORY = "memory", _("As coded before")
        SYNONYM = "synonym", _("By a synonym")
        CARRIED = "carried", _("Carried to a new version")

    form = models.ForeignKey("edc.FormInstance", on_delete=models.PROTECT, related_name="codings")
    item_oid = models.CharField(max_length=80)
    row_key = models.CharField(max_length=10, blank=True)
    verbatim = models.CharField(max_length=4000, help_text="As entered, when it was coded.")
    term = models.ForeignKey(DictionaryTerm, on_delete=models.PROTECT, related_name="codings")
    method = models.CharField(max_length=10, choices=Method)
    coder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    coded_at = models.DateTimeField(auto_now_add=True)
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["form_id", "item_oid", "row_key", "pk"]
        constraints = [
            UniqueConstraint(
                fields=["form", "item_oid", "row_key"],
                condition=Q(ended_at=None),
                name="coding_once_in_force",
            ),
            CheckConstraint(
                condition=Q(approver=None, approved_at=None)
                | (Q(approver__isnull=False, approved_at__isnull=False) & ~Q(approver=F("coder"))),
                name="coding_by_two_people",
            ),
        ]

    @property
    def path(self) -> str:
        return f"{self.item_oid}[{self.row_key}]" if self.row_key else self.item_oid
