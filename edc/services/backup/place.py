"""Where backups lie, under which key, and that one process at a time works there."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from edc.errors import NotNow

KEY_LENGTH = 32
ENDING = ".tandem-backup"


class UnderWay(NotNow):
    """Another process works in the folder: neither a failure nor an outcome."""

    code = "backup_under_way"


def folder() -> Path:
    """Return the folder of backups; raise NotNow where none is set, or where it is no place for them."""
    if not settings.BACKUP_DIR:
        raise NotNow(
            _("No place for backups is set: set BACKUP_DIR to a folder on another disk."),
            code="no_backup_dir",
        )
    place, data = Path(settings.BACKUP_DIR).resolve(), Path(settings.VAR_DIR).resolve()
    if place == data or data in place.parents or place in data.parents:
        raise NotNow(
            _("BACKUP_DIR lies in the data folder: a backup must survive its loss."), code="backup_dir_inside"
        )
    if not place.is_dir():
        raise NotNow(
            _("The folder of BACKUP_DIR is not there: mount its disk or make it."), code="backup_dir_missing"
        )
    return place


def key() -> str:
    """Return the key of backups; raise NotNow where it is missing or short."""
    if len(settings.BACKUP_KEY) < KEY_LENGTH:
        raise NotNow(
            _("Set BACKUP_KEY to at least 32 random characters, and keep a copy elsewhere."),
            code="no_backup_key",
        )
    return settings.BACKUP_KEY


def is_apart() -> bool:
    """Tell whether backups lie on another disk than the data."""
    return folder().stat().st_dev != Path(settings.VAR_DIR).stat().st_dev


def mark() -> str:
    """Return what tells this installation's scratch places from those of others on the same machine."""
    whose = f"{settings.BACKUP_DIR}\n{connection.settings_dict['NAME']}"
    return hashlib.sha256(whose.encode()).hexdigest()[:8]


@contextmanager
def alone() -> Iterator[Path]:
    """Hold the folder of backups; raise UnderWay while another process does."""
    place = folder()
    with (place / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UnderWay(_("Another backup or drill is under way. Wait for its end.")) from None
        yield place
