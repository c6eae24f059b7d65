"""Refused files, kept apart as they came: they identify patients, so they go after an age limit."""

import uuid
from collections import defaultdict
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from edc import audit
from edc.models import User
from imaging.models import UploadedInstance, UploadSession


def quarantine_folder() -> Path:
    """Return where refused files lie."""
    return Path(settings.UPLOAD_DIR) / "quarantine"


def keep_apart(content: bytes) -> str:
    """Keep a refused file, readable by the server's account alone; return its random name."""
    folder = quarantine_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{uuid.uuid4()}.bin"
    path.touch(mode=0o600)
    path.write_bytes(content)
    return path.name


def remove_file(name: str) -> None:
    """Remove one refused file; one that is gone already is no error."""
    (quarantine_folder() / name).unlink(missing_ok=True)


def expire_quarantine(*, actor: User) -> int:
    """Remove the refused files older than the limit and return how many went; their outcomes stay on record.

    A file goes after its row says so; one without a row, left by a crash in between, goes by its own age.
    """
    limit = timezone.now() - timedelta(days=settings.QUARANTINE_DAYS)
    removed = 0
    for session, rows in _overdue(limit).items():
        removed += _expire(session, rows, actor)
    return removed + _remove_forgotten(limit)


def _overdue(limit: datetime) -> dict[UploadSession, list[UploadedInstance]]:
    rows = UploadedInstance.objects.exclude(quarantine_name="").filter(received_at__lt=limit)
    found = defaultdict(list)
    for row in rows.select_related("session__subject__site", "session__subject__study"):
        found[row.session].append(row)
    return found


@transaction.atomic
def _expire(session: UploadSession, rows: list[UploadedInstance], actor: User) -> int:
    names = [row.quarantine_name for row in rows]
    UploadedInstance.objects.filter(pk__in=[row.pk for row in rows]).update(quarantine_name="")
    audit.record(
        actor=actor, action="quarantine.expired", target=session,
        after={"files": len(names), "older_than_days": settings.QUARANTINE_DAYS},
    )  # fmt: skip
    for name in names:
        transaction.on_commit(partial(remove_file, name))
    return len(names)


def _remove_forgotten(limit: datetime) -> int:
    kept = set(UploadedInstance.objects.exclude(quarantine_name="").values_list("quarantine_name", flat=True))
    folder = quarantine_folder()
    old = [
        path
        for path in (folder.iterdir() if folder.exists() else ())
        if path.name not in kept and path.stat().st_mtime < limit.timestamp()
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
