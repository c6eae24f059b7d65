"""The Celery application with tasks that leave a trace a test can see."""

import os
import signal
from pathlib import Path

from celery import shared_task

from config.celery import app

__all__ = ["app"]


@shared_task(name="probe.note_process")
def note_process(*, path: str) -> None:
    """Write the number of the process that ran this."""
    Path(path).write_text(str(os.getpid()))


@shared_task(name="probe.die_once")
def die_once(*, path: str) -> None:
    """End the working process as the kernel would when memory is short; the next attempt leaves the trace."""
    attempt = Path(f"{path}.attempt")
    if not attempt.exists():
        attempt.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    Path(path).write_text("done")
