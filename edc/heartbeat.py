"""Workers say every few seconds that they live: a file each, so that any broker will do.

The health check and the pages that wait for a worker read it; see `config/celery.py` for the writer.
"""

import json
from datetime import datetime
from pathlib import Path

from django.conf import settings

INTERVAL_SECONDS = 15


def folder() -> Path:
    return Path(settings.VAR_DIR) / "heartbeats"


def beat(*, name: str, now: datetime, since: datetime) -> None:
    """Write the worker's sign of life, atomically: a reader never sees half of it."""
    folder().mkdir(parents=True, exist_ok=True)
    target = folder() / f"{name.replace('/', '_')}.json"
    draft = target.with_suffix(".part")
    draft.write_text(json.dumps({"name": name, "at": now.isoformat(), "since": since.isoformat()}))
    draft.replace(target)


def worker_ages(*, now: datetime) -> dict[str, float]:
    """Return the seconds since each known worker's last sign of life."""
    return {row["name"]: (now - datetime.fromisoformat(row["at"])).total_seconds() for row in _signs()}


def worker_starts() -> dict[str, datetime]:
    """Return when each known worker began to live; one that came back under its name began anew."""
    return {row["name"]: datetime.fromisoformat(row["since"]) for row in _signs() if "since" in row}


def _signs() -> list[dict[str, str]]:
    paths = sorted(folder().glob("*.json")) if folder().exists() else []
    return [json.loads(path.read_text()) for path in paths]
