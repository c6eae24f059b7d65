"""Examples of the services of backups."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from django.test import override_settings

from edc.services.backup import drill, make


@contextmanager
def a_place() -> Iterator[None]:
    """A folder for backups, gone afterwards."""
    with (
        tempfile.TemporaryDirectory() as folder,
        override_settings(BACKUP_DIR=folder, BACKUP_KEY="only for this test: 0123456789abcdef"),
    ):
        yield


def backed_up(w):
    with a_place():
        return make.make_backup(actor=w.system)


BACKUPS = {
    "backup.make.make_backup": (None, lambda w, _: backed_up(w)),
    # Without a backup: that is an outcome too, and is kept like any other.
    "backup.drill.drill_restore": (None, lambda w, _: drill.drill_restore(actor=w.system)),
}
