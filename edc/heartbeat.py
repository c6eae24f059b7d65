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


def beat(*, name: str, now: datetime) -> None:
    """Write the worker's sign of life; atomic, so that a reader never sees half of it."""
    folder().mkdir(parents=True, exist_ok=True)
    target = folder() / f"{name.replace('/', '_')}.json"
    draft = target.with_suffix(".part")
    draft.write_text(json.dumps({"name": name, "at": now.isoformat()}))
    draft.replace(target)


def worker_ages(*, now: datetime) -> dict[str, float]:
    """Return the seconds since each known worker's last sign of life."""
    ages: dict[str, float] = {}
    for path in sorted(folder().glob("*.json")) if folder().exists() else []:
        row = json.loads(path.read_text())
        ages[row["name"]] = (now - datetime.fromisoformat(row["at"])).total_seconds()
    return ages
