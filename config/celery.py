"""The Celery application; workers differ by their queues alone: `default`, and `gpu` for the torch steps."""

import os
import socket
import threading

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("tandem")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def _start_heartbeat(sender: object, **_kwargs: object) -> None:
    """Write this worker's sign of life from a thread, so that a long task does not silence it."""
    from django.utils import timezone

    from edc import heartbeat

    name = getattr(sender, "hostname", None) or f"{socket.gethostname()}-{os.getpid()}"
    stop = threading.Event()

    def beat_on() -> None:
        while not stop.is_set():
            heartbeat.beat(name=name, now=timezone.now())
            stop.wait(heartbeat.INTERVAL_SECONDS)

    threading.Thread(target=beat_on, daemon=True, name="heartbeat").start()
