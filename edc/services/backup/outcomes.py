"""Keeping what became of an attempt: a row that cannot change, its audit row, and the word of a failure."""

from django.conf import settings
from django.db import transaction

from edc import audit
from edc.errors import DomainError
from edc.models import Backup, RestoreDrill, User
from edc.services.backup import tell
from edc.services.backup.databases import ToolFailed
from edc.services.backup.restore import MOST, Restored

LONGEST_PROBLEM, LONGEST_WHAT = 500, 300


@transaction.atomic
def keep_backup(backup: Backup, removed: list[str], actor: User) -> None:
    """Keep a backup that was written, with the names of the older files that made room for it."""
    backup.save()
    after = {"file": backup.file_name, "sha256": backup.sha256, "bytes": backup.size, "removed": removed}
    audit.record(actor=actor, action="backup.made", target=backup, after=after)


@transaction.atomic
def keep_failure(error: Exception, actor: User, seconds: float) -> None:
    """Keep that a backup failed, and tell the administrators."""
    known = isinstance(error, (DomainError, ToolFailed, OSError))
    problem = ((str(error) if known else "") or type(error).__name__)[:LONGEST_PROBLEM]
    backup = Backup.objects.create(
        succeeded=False, problem=problem, seconds=seconds, software_version=settings.SOFTWARE_VERSION
    )
    audit.record(actor=actor, action="backup.failed", target=backup, after={"problem": problem})
    tell.administrators("backup_failed", about=tell.moment(backup.at))


@transaction.atomic
def keep_drill(backup: Backup | None, found: Restored, actor: User, seconds: float) -> RestoreDrill:
    """Keep what a trial restore found, and tell the administrators where it found a problem."""
    problems = [{"code": code, "what": what[:LONGEST_WHAT]} for code, what in found.problems[:MOST]]
    drill = RestoreDrill.objects.create(
        backup=backup, passed=not problems, problems=problems, tables=len(found.tables),
        rows=sum(found.tables.values()), files=found.files, audit_rows=found.audit_rows, seconds=seconds,
        software_version=settings.SOFTWARE_VERSION,
    )  # fmt: skip
    after = {"file": backup.file_name if backup else "", "passed": drill.passed, "problems": problems}
    audit.record(actor=actor, action="backup.drilled", target=drill, after=after)
    if not drill.passed:
        tell.administrators("drill_failed", about=tell.moment(drill.at))
    return drill
