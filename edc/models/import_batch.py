"""Imports of data: a file's columns, a batch from upload to undo, and what became of each cell."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class ImportMapping(models.Model):
    """What the columns of a kind of file mean in a study, kept under a name to be used again."""

    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="import_mappings")
    name = models.CharField(max_length=80)
    content = models.JSONField(help_text="As `edc.exchange.mapping` reads it.")
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["study_id", "name"]
        constraints = [UniqueConstraint(fields=["study", "name"], name="import_mapping_name_once_per_study")]

    def __str__(self) -> str:
        return self.name


class ImportBatch(models.Model):
    """One file on its way into a study: uploaded, checked without writing, committed as a whole, undone."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Columns to assign")
        QUEUED = "queued", _("Dry run waiting")
        CHECKING = "checking", _("Dry run under way")
        CHECKED = "checked", _("Dry run done")
        COMMITTING = "committing", _("Being imported")
        COMMITTED = "committed", _("Imported")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    class Kind(models.TextChoices):
        CSV = "csv", "CSV"
        EXCEL = "xlsx", "Excel"
        ODM = "odm", "ODM"

    MOVES = frozenset(
        {
            ("uploaded", "queued"),
            ("uploaded", "cancelled"),
            ("queued", "checking"),
            ("queued", "cancelled"),
            ("checking", "checked"),
            ("checking", "failed"),
            ("checking", "cancelled"),
            ("checking", "queued"),
            ("checked", "queued"),
            ("checked", "cancelled"),
            ("checked", "committing"),
            ("failed", "queued"),
            ("committing", "committed"),
            ("committing", "checked"),
            ("committed", "undoing"),
            ("undoing", "undone"),
            ("undoing", "committed"),
        }
    )

    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="import_batches")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, help_text="On every audit row of the batch.")
    kind = models.CharField(max_length=5, choices=Kind)
    file_name = models.CharField(max_length=200)
    file_sha256 = models.CharField(max_length=64)
    file_size = models.PositiveBigIntegerField()
    mapping = models.JSONField(default=dict, help_text="As it stood at the dry run.")
    state = models.CharField(max_length=12, choices=State, default=State.UPLOADED)
    percent = models.PositiveSmallIntegerField(default=0)
    moved_at = models.DateTimeField(auto_now_add=True, help_text="Last sign of life.")
    problem_zh = models.CharField(max_length=500, blank=True)
    problem_en = models.CharField(max_length=500, blank=True)
    counts = models.JSONField(default=dict, help_text="Cells by outcome, and lines, subjects, forms, checks.")
    design_version = models.ForeignKey(
        "edc.DesignVersion", on_delete=models.PROTECT, null=True, related_name="+"
    )
    plan_sha256 = models.CharField(max_length=64, blank=True, help_text="Of what the dry run would write.")
    underlying_sha256 = models.CharField(max_length=64, blank=True, help_text="Of the data it looked at.")
    sites = models.ManyToManyField("edc.Site", related_name="+", help_text="Whose subjects the file names.")
    reason = models.CharField(max_length=300, blank=True)
    undo_reason = models.CharField(max_length=300, blank=True)
    undo_account = models.JSONField(default=list, help_text="What the undoing left, and why.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    checked_at = models.DateTimeField(null=True)
    committed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    committed_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "import batches"
        constraints = [
            CheckConstraint(
                condition=~Q(state__in=["committed", "undone"]) | ~Q(reason=""),
                name="import_committed_with_reason",
            ),
            CheckConstraint(
                condition=~Q(state="undone") | ~Q(undo_reason=""), name="import_undone_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.uid})"


class ImportCell(models.Model):
    """What the dry run says of one cell of the file; made anew by each dry run."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("New value")
        FIRST_PASS = "first_pass", _("First pass of double entry")
        CHANGED = "changed", _("Changes a completed form, reason needed")
        UNCHANGED = "unchanged", _("Same as held")
        BLANK = "blank", _("Blank, nothing overwritten")
        REJECTED = "rejected", _("Rejected")
        OUT_OF_SCOPE = "out_of_scope", _("Another site")
        LOCKED = "locked", _("Form locked")
        IN_ENTRY = "in_entry", _("Form in double entry")

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="cells")
    line = models.PositiveIntegerField(help_text="Line of the table, or line of the XML file.")
    column = models.CharField(max_length=120, blank=True)
    subject_key = models.CharField(max_length=40, blank=True)
    event_oid = models.CharField(max_length=60, blank=True)
    event_repeat = models.PositiveIntegerField(default=1)
    form_oid = models.CharField(max_length=40, blank=True)
    form_repeat = models.PositiveIntegerField(default=1)
    path = models.CharField(max_length=120, blank=True)
    raw = models.TextField(blank=True, help_text="As it stands in the file.")
    outcome = models.CharField(max_length=12, choices=Outcome)
    before = models.CharField(max_length=400, blank=True, help_text="The value held, as text.")
    after = models.CharField(max_length=400, blank=True, help_text="The value as understood, as text.")
    message_zh = models.CharField(max_length=500, blank=True)
    message_en = models.CharField(max_length=500, blank=True)
    checks = models.JSONField(default=list, help_text="Edit checks that fire here: rule, zh, en.")
    fires = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["batch", "outcome"]),
            models.Index(fields=["batch"], condition=Q(fires=True), name="import_cell_with_check"),
        ]


class ImportedForm(models.Model):
    """A form that a batch wrote: what stood there before, so that the batch can be undone."""

    class How(models.TextChoices):
        COMPLETED = "completed", _("Completed by the import")
        FIRST_PASS = "first_pass", _("First pass of double entry")
        REVISED = "revised", _("Completed form changed")

    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="forms")
    form = models.ForeignKey("edc.FormInstance", on_delete=models.PROTECT, related_name="+")
    observation = models.ForeignKey("edc.Observation", on_delete=models.PROTECT, related_name="+")
    how = models.CharField(max_length=10, choices=How)
    before = models.JSONField(help_text="The form record that held before; empty where there was none.")
    paths = models.JSONField(help_text="The item paths that the batch wrote.")

    class Meta:
        ordering = ["pk"]
        constraints = [UniqueConstraint(fields=["batch", "form"], name="imported_form_once_per_batch")]


class ImportedSubject(models.Model):
    """Which subject stands for a subject of a source whose keys are not screening numbers of this study."""

    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="subjects")
    subject = models.ForeignKey("edc.Subject", on_delete=models.PROTECT, related_name="+")
    source_key = models.CharField(max_length=40)

    class Meta:
        ordering = ["pk"]
        constraints = [UniqueConstraint(fields=["study", "source_key"], name="source_key_once_per_study")]
