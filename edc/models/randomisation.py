"""The uploaded list by which subjects are allocated, its rows, and which subject got which row."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class AllocationList(models.Model):
    """One uploaded file of allocations; in force after a second person confirmed it, one in a study."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Waits for a second person")
        IN_FORCE = "in_force", _("In force")
        DISCARDED = "discarded", _("Discarded")
        RETIRED = "retired", _("Retired")

    MOVES = frozenset({("draft", "in_force"), ("draft", "discarded"), ("in_force", "retired")})

    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="allocation_lists")
    sha256 = models.CharField(max_length=64, help_text="Of the file as it was uploaded.")
    blinded = models.BooleanField(help_text="Its rows name codes, and no arm.")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            UniqueConstraint(
                fields=["study"], condition=Q(state="in_force"), name="allocation_list_once_in_force"
            ),
            # The one who uploaded it does not put it in force.
            CheckConstraint(
                condition=Q(state__in=["draft", "discarded"])
                | (Q(confirmed_by__isnull=False) & ~Q(confirmed_by=F("uploaded_by"))),
                name="allocation_list_by_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"allocation list {self.pk}"


class AllocationRow(models.Model):
    """One place of a stratum: the arm, or in a blinded list the code, that its subject gets."""

    list = models.ForeignKey(AllocationList, on_delete=models.PROTECT, related_name="rows")
    stratum = models.CharField(max_length=60)
    sequence = models.PositiveIntegerField()
    arm = models.CharField(max_length=40, help_text="The arm, or the code of a blinded list.")

    class Meta:
        ordering = ["list_id", "stratum", "sequence"]
        constraints = [
            UniqueConstraint(fields=["list", "stratum", "sequence"], name="allocation_row_once"),
        ]


class Allocation(models.Model):
    """The row that a subject got; never another, and no other subject the same."""

    subject = models.OneToOneField("edc.Subject", on_delete=models.PROTECT, related_name="allocation")
    row = models.OneToOneField(AllocationRow, on_delete=models.PROTECT, related_name="allocation")
    stratum_from_data = models.BooleanField(
        null=True, help_text="False where a person chose the stratum; null where that was not recorded."
    )
    allocated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    allocated_at = models.DateTimeField(auto_now_add=True)
