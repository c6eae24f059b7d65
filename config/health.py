"""GET /healthz: whether the parts the product stands on answer, told within a few seconds."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from celery import current_app
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from edc.heartbeat import worker_ages
from imaging.archive import from_url

logger = logging.getLogger(__name__)
WORKER_SILENCE_SECONDS = 90
PATIENCE_SECONDS = 2.5
PART_TIMEOUT_SECONDS = 2


def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 with each part's state, or 503 naming what is down; what hangs counts as down."""
    checks = [_begin(name, check) for name, check in CHECKS.items()]
    deadline = time.monotonic() + PATIENCE_SECONDS
    for check in checks:
        check.thread.join(max(0.0, deadline - time.monotonic()))
    parts = {check.name: check.state for check in checks}
    down = sorted(name for name, state in parts.items() if state == "down")
    body: dict[str, object] = {"status": "down" if down else "ok", **parts}
    if down:
        body["down"] = down
    return JsonResponse(body, status=503 if down else 200, headers={"Cache-Control": "no-store"})


@dataclass
class _Check:
    """One question under way; down until its answer is in."""

    name: str
    thread: threading.Thread
    state: object = "down"


_hanging: dict[str, _Check] = {}


def _begin(name: str, ask: Callable[[], object]) -> _Check:
    """Ask a part in a thread of its own; a question that still hangs is not asked a second time."""
    before = _hanging.get(name)
    if before is not None and before.thread.is_alive():
        return before
    check = _Check(name, threading.Thread())

    def run() -> None:
        try:
            check.state = ask()
        except Exception as error:  # whatever a part raises means that it is down
            # The text of a connection error may hold an address with its password; the type never does.
            logger.warning("health check of %s failed: %s", name, type(error).__name__)

    check.thread = threading.Thread(target=run, name=f"health-{name}", daemon=True)
    _hanging[name] = check
    check.thread.start()
    return check


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()  # of this thread
    return "ok"


def _broker() -> str:
    limits = {"socket_timeout": PART_TIMEOUT_SECONDS, "socket_connect_timeout": PART_TIMEOUT_SECONDS}
    options = limits if settings.BROKER_URL.startswith("redis") else None
    with current_app.connection_for_write(settings.BROKER_URL, transport_options=options) as broker:
        broker.ensure_connection(max_retries=1, timeout=PART_TIMEOUT_SECONDS)
    return "ok"


def _archive() -> str:
    from_url(settings.ARCHIVE_URL).health()
    return "ok"


def _workers() -> str | dict[str, object]:
    ages = worker_ages(now=timezone.now()).values()
    alive = [age for age in ages if age <= WORKER_SILENCE_SECONDS]
    return {"alive": len(alive), "seconds_since_heartbeat": round(max(alive))} if alive else "down"


CHECKS: dict[str, Callable[[], object]] = {
    "database": _database,
    "broker": _broker,
    "archive": _archive,
    "workers": _workers,
}
