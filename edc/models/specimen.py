"""Specimens and their chain of custody: where each one is, and every step that brought it there."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class Specimen(models.Model):
    """What was taken from a subject under one label; state and place follow its steps."""

    class Kind(models.TextChoices):
        WHOLE_BLOOD = "whole_blood", _("Whole blood")
        PLASMA = "plasma", _("Plasma")
        SERUM = "serum", _("Serum")
        CELLS = "cells", _("Blood cells")
        TISSUE = "tissue", _("Fresh or frozen tissue")
        FFPE = "ffpe", _("FFPE tissue")
        SLIDE = "slide", _("Slide")
        URINE = "urine", _("Urine")
        STOOL = "stool", _("Stool")
        NUCLEIC_ACID = "nucleic_acid", _("Nucleic acid")
        OTHER = "other", _("Other")

    class State(models.TextChoices):
        COLLECTED = "collected", _("Collected")
        STORED = "stored", _("In store")
        SHIPPED = "shipped", _("On the way")
        RECEIVED = "received", _("Received")
        USED = "used", _("Used up")
        DESTROYING = "destroying", _("Destruction asked for")
        DESTROYED = "destroyed", _("Destroyed")

    HERE = (State.COLLECTED, State.STORED, State.RECEIVED)
    GONE = (State.USED, State.DESTROYED)
    MOVES = frozenset(
        {(here, to) for here in HERE for to in ("stored", "shipped", "used", "destroying")}
        | {("shipped", "received"), ("destroying", "destroyed"), ("destroying", "stored")}
    )

    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="specimens")
    subject = models.ForeignKey("edc.Subject", on_delete=models.PROTECT, related_name="specimens")
    event = models.ForeignKey(
        "edc.StudyEvent", on_delete=models.PROTECT, related_name="specimens", null=True, blank=True
    )
    label = models.CharField(max_length=60, help_text="As on the tube or its barcode.")
    kind = models.CharField(max_length=14, choices=Kind)
    collected_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State, default=State.COLLECTED)
    tubes = models.PositiveSmallIntegerField(default=1)
    at_site = models.ForeignKey(
        "edc.Site", on_delete=models.PROTECT, related_name="specimens", help_text="Who has it, or sent it."
    )
    to_site = models.ForeignKey(
        "edc.Site", on_delete=models.PROTECT, related_name="specimens_coming", null=True, blank=True
    )
    place = models.CharField(max_length=120, blank=True, help_text="Freezer, rack, box, position.")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            UniqueConstraint(fields=["study", "label"], name="specimen_label_once_per_study"),
            CheckConstraint(condition=~Q(label=""), name="specimen_has_label"),
            CheckConstraint(
                condition=Q(state="shipped", to_site__isnull=False) | (~Q(state="shipped") & Q(to_site=None)),
                name="specimen_on_the_way_somewhere",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class SpecimenStep(models.Model):
    """One step of a specimen's way; never changed. `first_person` asked for what `by` then carried out."""

    specimen = models.ForeignKey(Specimen, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=12, choices=Specimen.State)
    at = models.DateTimeField(help_text="When it happened.")
    site = models.ForeignKey("edc.Site", on_delete=models.PROTECT, related_name="+")
    to_site = models.ForeignKey("edc.Site", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    place = models.CharField(max_length=120, blank=True)
    condition = models.CharField(max_length=300, blank=True, help_text="Temperature, intact or not.")
    tubes = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    first_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    noted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            CheckConstraint(
                condition=~Q(state="destroyed")
                | (Q(first_person__isnull=False) & ~Q(first_person=F("by")) & ~Q(reason="")),
                name="specimen_destroyed_by_two",
            ),
        ]
