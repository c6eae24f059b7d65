"""What every piece of background work has: its state, its progress, who holds it and what ended it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BackgroundWork(models.Model):
    """A row that one worker at a time holds until its end; see `edc/services/background.py`."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting for a worker")
        RUNNING = "running", _("Under way")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    MOVES = frozenset(
        {
            ("queued", "running"),
            ("queued", "cancelled"),
            ("running", "queued"),
            ("running", "done"),
            ("running", "failed"),
            ("running", "cancelled"),
        }
    )
    UNDER_WAY = (State.QUEUED, State.RUNNING)

    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    percent = models.PositiveSmallIntegerField(default=0)
    step = models.CharField(
        max_length=120, blank=True, help_text="What is being made, such as a file's name."
    )
    task_id = models.CharField(max_length=64, blank=True)
    worker = models.CharField(max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    queued_at = models.DateTimeField(auto_now_add=True)
    heartbeat_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_zh = models.CharField(max_length=500, blank=True)
    error_en = models.CharField(max_length=500, blank=True)

    class Meta:
        abstract = True

    @property
    def is_under_way(self) -> bool:
        return self.state in self.UNDER_WAY
