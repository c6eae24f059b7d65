"""How much is entered twice: the rate that people decided for a form at a site, and what was drawn by it."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q


class EntrySeed(models.Model):
    """The random text from which a study's forms are drawn for a second pass; made once, never changed."""

    study = models.OneToOneField("edc.Study", on_delete=models.PROTECT, related_name="entry_seed")
    seed = models.CharField(max_length=32)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [CheckConstraint(condition=~Q(seed=""), name="entry_seed_is_given")]


class EntryTerms(models.Model):
    """The limits that a study's plan of double entry keeps; the latest row holds, the design's before any."""

    study = models.ForeignKey("edc.Study", on_delete=models.PROTECT, related_name="entry_terms")
    limit = models.DecimalField(max_digits=5, decimal_places=3, help_text="Of all items, in percent.")
    critical_limit = models.DecimalField(
        max_digits=5, decimal_places=3, help_text="Of critical items, in percent."
    )
    recheck = models.BooleanField(
        default=False, help_text="Whether the second person is asked once to check what differs."
    )
    reason = models.CharField(max_length=300)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            CheckConstraint(condition=~Q(reason=""), name="entry_terms_have_reason"),
            CheckConstraint(
                condition=Q(limit__gt=0, limit__lt=100, critical_limit__gt=0, critical_limit__lte=F("limit")),
                name="entry_limits_within_bounds",
            ),
        ]


class EntryRate(models.Model):
    """A person's decision on the share of a form's copies entered twice at a site; the latest row holds."""

    site = models.ForeignKey("edc.Site", on_delete=models.PROTECT, related_name="entry_rates")
    form_oid = models.CharField(max_length=40)
    before = models.PositiveSmallIntegerField(help_text="Percent in force until then.")
    percent = models.PositiveSmallIntegerField(help_text="Percent in force from then on.")
    numbers = models.JSONField(help_text="Errors, entries, bounds and limits as they stood.")
    reason = models.CharField(max_length=300)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["site", "form_oid", "-id"], name="entry_rate_latest")]
        constraints = [
            CheckConstraint(condition=~Q(reason=""), name="entry_rate_has_reason"),
            CheckConstraint(condition=Q(percent__gte=1, percent__lte=100), name="entry_rate_percent"),
        ]


class EntryDraw(models.Model):
    """Whether a form is entered a second time, fixed when its first pass began, before anything was typed."""

    form = models.OneToOneField("edc.FormInstance", on_delete=models.PROTECT, related_name="entry_draw")
    seed = models.ForeignKey(EntrySeed, on_delete=models.PROTECT, related_name="draws")
    rate = models.ForeignKey(
        EntryRate, on_delete=models.PROTECT, null=True, related_name="draws",
        help_text="The decision that was in force; null where the design says the rate.",
    )  # fmt: skip
    number = models.PositiveSmallIntegerField(help_text="0 to 9999, from the seed and the form's place.")
    percent = models.PositiveSmallIntegerField(help_text="The rate then in force.")
    twice = models.BooleanField()
    drawn_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            CheckConstraint(condition=Q(number__lte=9999, percent__lte=100), name="entry_draw_within_bounds"),
            CheckConstraint(
                condition=Q(twice=True, number__lt=F("percent") * 100)
                | Q(twice=False, number__gte=F("percent") * 100),
                name="entry_draw_follows_its_number",
            ),
        ]
