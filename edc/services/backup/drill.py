"""Trying a restore: the newest backup into an empty place, compared with what was recorded of it."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import transaction

from edc import audit
from edc.errors import DomainError
from edc.exchange.manifest import sha256_of
from edc.models import AuditEvent, Backup, RestoreDrill, User
from edc.services.backup import databases, place, tell
from edc.services.backup.restore import MOST, Restored, restore_into


def drill_restore(*, actor: User) -> RestoreDrill:
    """Restore the newest backup into a scratch database and folder, gone afterwards; keep the outcome.

    Where something does not agree, or nothing could be tried, the row says what; the administrators are told.
    """
    begun = time.monotonic()
    newest = Backup.objects.filter(succeeded=True).first()
    found = _tried(newest) if newest else Restored(problems=[("none", "")])
    return _record(newest, found, actor, time.monotonic() - begun)


def _tried(backup: Backup) -> Restored:
    try:
        with place.alone() as folder:
            return _restored(folder / backup.file_name, backup)
    except (DomainError, OSError) as error:
        return Restored(problems=[("unreadable", str(error))])
    except Exception as error:  # a drill that breaks is a drill that failed: it is recorded and told like one
        return Restored(problems=[("restore_failed", f"{type(error).__name__}: {error}"[:300])])


def _restored(sealed: Path, backup: Backup) -> Restored:
    if not sealed.is_file():
        return Restored(problems=[("gone", sealed.name)])
    if sha256_of(sealed) != backup.sha256:
        return Restored(problems=[("altered", sealed.name)])
    with TemporaryDirectory(prefix="drill-") as folder, databases.scratch(Path(folder)) as database:
        found = restore_into(sealed, key=place.key(), database=database, folder=Path(folder) / "content")
    if found.manifest and found.manifest["tables"] != backup.tables:
        found.problems.append(("count", "the counts inside are not those recorded when it was made"))
    if backup.audit_length and not AuditEvent.objects.filter(hash=backup.audit_hash).exists():
        found.problems.append(("chain", "the running platform's trail lacks the last row of this backup"))
    return found


@transaction.atomic
def _record(backup: Backup | None, found: Restored, actor: User, seconds: float) -> RestoreDrill:
    problems = [{"code": code, "what": what[:300]} for code, what in found.problems[:MOST]]
    drill = RestoreDrill.objects.create(
        backup=backup, passed=not problems, problems=problems, tables=len(found.tables),
        rows=sum(found.tables.values()), files=found.files, audit_rows=found.audit_rows, seconds=seconds,
        software_version=settings.SOFTWARE_VERSION,
    )  # fmt: skip
    after = {"file": backup.file_name if backup else "", "passed": drill.passed, "problems": problems}
    audit.record(actor=actor, action="backup.drilled", target=drill, after=after)
    if not drill.passed:
        tell.administrators("drill_failed", about=f"{drill.at:%Y-%m-%d %H:%M} UTC")
    return drill
