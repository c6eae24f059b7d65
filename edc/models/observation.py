"""The observation engine: independent sealed records, their differences, and the one value that results."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class Stream(models.TextChoices):
    """Who or what observed; streams that must be independent are kept by different people."""

    ENTRY_1 = "entry-1", _("First entry")
    ENTRY_2 = "entry-2", _("Second entry")
    READER_1 = "reader-1", _("Reader 1")
    READER_2 = "reader-2", _("Reader 2")
    ADJUDICATED = "adjudicated", _("Adjudicated")
    IMPORT = "import", _("Import")
    DEVICE = "device", _("Device")
    MODEL = "model", _("Model")


INDEPENDENT = ("entry-1", "entry-2", "reader-1", "reader-2")


class Draft(models.Model):
    """An observation under way, one a stream; only its observer sees it."""

    form = models.ForeignKey("edc.FormInstance", on_delete=models.PROTECT, related_name="drafts")
    stream = models.CharField(max_length=20, choices=Stream)
    observer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="drafts")
    rows = models.JSONField(default=dict, help_text="Item group OID to its row keys in order.")
    retired_rows = models.JSONField(default=dict, help_text="Row keys removed; never used again.")
    started_at = models.DateTimeField(auto_now_add=True)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["form_id", "stream"]
        constraints = [
            UniqueConstraint(fields=["form", "stream"], name="draft_once_per_stream"),
            UniqueConstraint(fields=["form", "observer"], name="draft_by_two_people"),
        ]


class DraftItem(models.Model):
    """One item as typed, saved within a second; its version guards against a second tab."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="items")
    path = models.CharField(max_length=120, help_text="Item OID, with [row key] in a repeating group.")
    entry = models.JSONField(help_text="raw, unit and missing, as typed.")
    version = models.PositiveIntegerField(default=1)
    clock = models.JSONField(
        default=dict, help_text="When it was typed, by the client's clock; see told_clock."
    )
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [UniqueConstraint(fields=["draft", "path"], name="draft_item_once")]


class Observation(models.Model):
    """A sealed record of a form by one observer in one stream; a correction is a revision with a reason."""

    form = models.ForeignKey("edc.FormInstance", on_delete=models.PROTECT, related_name="observations")
    stream = models.CharField(max_length=20, choices=Stream)
    revision = models.PositiveIntegerField(default=1)
    observer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="observations"
    )
    content = models.JSONField(help_text="The form record: items by path, row keys by item group.")
    content_sha256 = models.CharField(max_length=64)
    reason = models.CharField(max_length=300, blank=True, help_text="Required from the second revision on.")
    started_at = models.DateTimeField(
        null=True, help_text="When the draft was begun; tells the minutes a form takes."
    )
    sealed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["form_id", "stream", "revision"]
        constraints = [
            UniqueConstraint(fields=["form", "stream", "revision"], name="observation_once_per_revision"),
            # The same person may not observe twice in independent streams: this makes them independent.
            UniqueConstraint(
                fields=["form", "observer", "revision"],
                condition=Q(stream__in=INDEPENDENT),
                name="observation_by_two_people",
            ),
            CheckConstraint(condition=Q(revision=1) | ~Q(reason=""), name="observation_revision_has_reason"),
        ]
        # What a person sealed lately is told from the index alone.
        indexes = [
            models.Index(
                fields=["observer", "sealed_at", "started_at", "form"], name="observation_by_observer"
            )
        ]


class Disagreement(models.Model):
    """One item that two independent observations hold differently, after normalisation."""

    class Kind(models.TextChoices):
        TRANSPOSITION = "transposition", _("Digits transposed")
        NEIGHBOUR_KEY = "neighbour_key", _("Neighbouring key")
        MAGNITUDE = "magnitude", _("Factor of ten")
        DATE_SWAP = "date_swap", _("Day and month swapped")
        MISSING_ONE = "missing_one", _("Empty in one pass")
        MISSING_CODE = "missing_code", _("Different missing code")
        UNIT = "unit", _("Different unit")
        ROW = "row", _("Row in one pass only")
        ROW_SHIFT = "row_shift", _("One place too high or low")
        VALUE = "value", _("Different value")

    form = models.ForeignKey("edc.FormInstance", on_delete=models.PROTECT, related_name="disagreements")
    path = models.CharField(max_length=120)
    first = models.ForeignKey(Observation, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Observation, on_delete=models.PROTECT, related_name="+")
    first_entry = models.JSONField(null=True)
    second_entry = models.JSONField(null=True)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.VALUE)
    found_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["form_id", "pk"]
        constraints = [
            UniqueConstraint(fields=["first", "second", "path"], name="disagreement_once_per_item"),
            CheckConstraint(condition=~Q(first=F("second")), name="disagreement_between_two"),
        ]
        indexes = [models.Index(fields=["found_at", "id"], name="disagreement_by_age")]

    @property
    def held(self):
        """The resolution, before the form is complete the decision that stands; None while open."""
        resolution = getattr(self, "resolution", None)
        if resolution is not None:
            return resolution
        decisions = list(self.decisions.all())
        withdrawn = {each.withdraws_id for each in decisions}
        standing = (each for each in decisions if each.withdraws_id is None and each.pk not in withdrawn)
        return next(standing, None)


class Resolution(models.Model):
    """The value that a person names for a disagreement, with the reason; never changed afterwards."""

    class Choice(models.TextChoices):
        FIRST = "first", _("First pass")
        SECOND = "second", _("Second pass")
        OTHER = "other", _("Another value")

    disagreement = models.OneToOneField(Disagreement, on_delete=models.PROTECT, related_name="resolution")
    choice = models.CharField(max_length=10, choices=Choice)
    entry = models.JSONField(
        null=True, help_text="raw, unit and missing of the value that holds; null: no such row."
    )
    reason = models.CharField(max_length=300)
    resolver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [CheckConstraint(condition=~Q(reason=""), name="resolution_has_reason")]


class ItemValue(models.Model):
    """The form's current value of one item: what analysis, checks and pages read."""

    form = models.ForeignKey("edc.FormInstance", on_delete=models.PROTECT, related_name="values")
    item_oid = models.CharField(max_length=80)
    row_key = models.CharField(
        max_length=10, blank=True, help_text="Row of a repeating item group, else empty."
    )
    value = models.JSONField(null=True, help_text="Canonical value; null with a missing code.")
    missing = models.CharField(max_length=3, blank=True)
    raw = models.CharField(max_length=4000, blank=True, help_text="As typed.")
    unit = models.CharField(max_length=30, blank=True, help_text="As entered.")
    standard_value = models.JSONField(null=True, help_text="In the item's standard unit.")
    derived = models.BooleanField(default=False)
    formula = models.CharField(
        max_length=120, blank=True, help_text="Name and version of the formula, if derived."
    )
    inputs = models.JSONField(
        default=dict, help_text="What the formula read, FORM.ITEM to value, if derived."
    )
    source_stream = models.CharField(max_length=20, choices=Stream, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["form_id", "pk"]
        constraints = [
            UniqueConstraint(fields=["form", "item_oid", "row_key"], name="item_value_once"),
            CheckConstraint(
                condition=Q(missing__in=["", "ND", "UNK", "NA", "NE"]), name="item_missing_code_known"
            ),
        ]

    @property
    def path(self) -> str:
        return f"{self.item_oid}[{self.row_key}]" if self.row_key else self.item_oid
