"""Trying a restore: the newest backup into an empty place, compared with what was recorded of it."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from edc.errors import DomainError
from edc.exchange.manifest import sha256_of
from edc.models import AuditEvent, Backup, RestoreDrill, User
from edc.services.backup import databases, leftovers, outcomes, place
from edc.services.backup.restore import Restored, restore_into


def drill_restore(*, actor: User) -> RestoreDrill:
    """Restore the newest backup into a scratch database and folder, gone afterwards; keep the outcome.

    Where something does not agree, or nothing could be tried, the row says what; the administrators are told.
    Raises UnderWay, which is no outcome, while another backup or drill works in the folder.
    """
    begun = time.monotonic()
    newest = Backup.objects.filter(succeeded=True).first()
    found = _tried(newest, actor) if newest else Restored(problems=[("none", "")])
    return outcomes.keep_drill(newest, found, actor, time.monotonic() - begun)


def _tried(backup: Backup, actor: User) -> Restored:
    try:
        with place.alone() as folder:
            leftovers.settle(folder, actor)
            return _restored(folder / backup.file_name, backup)
    except place.UnderWay:
        raise
    except (DomainError, OSError) as error:
        return Restored(problems=[("unreadable", str(error))])
    except Exception as error:  # a drill that breaks is a drill that failed: it is recorded and told like one
        return Restored(problems=[("restore_failed", f"{type(error).__name__}: {error}"[:300])])


def _restored(sealed: Path, backup: Backup) -> Restored:
    if not sealed.is_file():
        return Restored(problems=[("gone", sealed.name)])
    if sha256_of(sealed) != backup.sha256:
        return Restored(problems=[("altered", sealed.name)])
    with (
        TemporaryDirectory(prefix=leftovers.spool("drill")) as folder,
        databases.scratch(Path(folder), place.mark()) as database,
    ):
        found = restore_into(sealed, key=place.key(), database=database, folder=Path(folder) / "content")
    if found.manifest and found.manifest["tables"] != backup.tables:
        found.problems.append(("count", "the counts inside are not those recorded when it was made"))
    if backup.audit_length and not AuditEvent.objects.filter(hash=backup.audit_hash).exists():
        found.problems.append(("chain", "the running platform's trail lacks the last row of this backup"))
    return found
