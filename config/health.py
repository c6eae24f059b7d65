"""GET /healthz: whether the parts the product stands on answer."""

import logging

from celery import current_app
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from edc.heartbeat import worker_ages
from imaging.archive import from_url

logger = logging.getLogger(__name__)
WORKER_SILENCE_SECONDS = 90


def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 with each part's state, or 503 naming what is down."""
    parts = {"database": _database(), "broker": _broker(), "archive": _archive(), "workers": _workers()}
    down = sorted(name for name, state in parts.items() if state == "down")
    body: dict[str, object] = {"status": "down" if down else "ok", **parts}
    if down:
        body["down"] = down
    return JsonResponse(body, status=503 if down else 200)


def _state(check: object) -> str:
    try:
        check()  # type: ignore[operator]
    except Exception as error:  # whatever a part raises means that it is down
        logger.warning("health check failed: %s", type(error).__name__)
        return "down"
    return "ok"


def _database() -> str:
    def check() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    return _state(check)


def _broker() -> str:
    def check() -> None:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=2)

    return _state(check)


def _archive() -> str:
    return _state(lambda: from_url(settings.ARCHIVE_URL).health())


def _workers() -> str | dict[str, object]:
    try:
        ages = worker_ages(now=timezone.now())
    except Exception:
        return "down"
    alive = {name: round(age) for name, age in ages.items() if age <= WORKER_SILENCE_SECONDS}
    return {"alive": len(alive), "seconds_since_heartbeat": alive} if alive else "down"
