"""The Celery application; workers differ by their queues alone: `default`, and `gpu` for the torch steps."""

import os
import threading
from typing import Any

from celery import Celery
from celery.signals import worker_ready, worker_shutting_down

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("tandem")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

_shutting_down = threading.Event()


@worker_ready.connect
def start_heartbeat(*, sender: Any, **_: object) -> None:
    """Say from now on that this worker lives, from a thread: a solo worker answers no ping while it works.

    What an earlier life of this worker left undone is looked for at once.
    """
    threading.Thread(target=_beat, args=(sender.hostname,), name="heartbeat", daemon=True).start()


@worker_shutting_down.connect
def stop_heartbeat(**_: object) -> None:
    _shutting_down.set()


def _beat(name: str) -> None:
    from django.utils import timezone

    from edc import heartbeat

    since = timezone.now()
    heartbeat.beat(name=name, now=since, since=since)
    # After the sign of the new life, by which the runs of the earlier one are told.
    app.send_task("modeling.tasks.fail_overdue_runs")
    while not _shutting_down.wait(heartbeat.INTERVAL_SECONDS):
        heartbeat.beat(name=name, now=timezone.now(), since=since)
