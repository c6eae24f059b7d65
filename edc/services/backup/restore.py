"""Restoring a backup into an empty place, and comparing all of it with what the backup states."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.utils import load_backend

from edc.selectors.audit_chain import Verdict, verify_chain
from edc.services.backup import content, databases
from edc.services.backup.databases import Settings
from edc.services.backup.sealing import Opener, Unreadable

MOST = 20


@dataclass
class Restored:
    """What was restored and compared; `problems` are (code, what) and empty where all agrees."""

    manifest: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, int] = field(default_factory=dict)
    files: int = 0
    audit_rows: int = 0
    problems: list[tuple[str, str]] = field(default_factory=list)


def restore_into(sealed: Path, *, key: str, database: Settings, folder: Path) -> Restored:
    """Unpack a backup below the folder, fill the empty database from it and compare everything.

    Files lie in `files/` afterwards. What cannot even be read is a problem like any other.
    """
    found = Restored()
    if not databases.is_empty(database):
        found.problems.append(("not_empty", str(database["NAME"])))
        return found
    try:
        with sealed.open("rb") as source:
            held, found.manifest = content.read(Opener(source, key), folder)
    except (Unreadable, OSError) as error:
        found.problems.append(("unreadable", f"{sealed.name}: {error}"))
        return found
    _compare_files(found, held)
    dumped = next(
        (folder / name for name in (databases.SQLITE, databases.POSTGRESQL) if name in held.sha256), None
    )
    if dumped is None:
        found.problems.append(("unreadable", "the dump of the database is missing"))
        return found
    try:
        databases.restore(dumped, database)
    except databases.ToolFailed as error:
        found.problems.append(("restore_failed", str(error)))
        return found
    _compare_counts(found, databases.counted(database))
    _compare_chain(found, database)
    return found


def _compare_files(found: Restored, held: content.Held) -> None:
    stated: dict[str, str] = found.manifest["files"]
    found.files = len(held.sha256) - 1
    for name in sorted(stated.keys() | held.sha256.keys()):
        if stated.get(name) != held.sha256.get(name):
            found.problems.append(("file", name))


def _compare_counts(found: Restored, counts: databases.Counted) -> None:
    found.tables = counts.tables
    stated: dict[str, int] = found.manifest["tables"]
    for name in sorted(stated.keys() | counts.tables.keys()):
        if stated.get(name) != counts.tables.get(name):
            found.problems.append(("count", f"{name}: {counts.tables.get(name)} / {stated.get(name)}"))
    if (counts.audit_length, counts.audit_hash) != (
        found.manifest["audit_length"],
        found.manifest["audit_hash"],
    ):
        found.problems.append(("chain", "the head of the chain is not the one of the backup"))


def _compare_chain(found: Restored, database: Settings) -> None:
    verdict = _walk(database)
    found.audit_rows = verdict.count
    if verdict.broken:
        found.problems.append(("chain", f"{verdict.broken.event_id or ''} {verdict.broken.problem}".strip()))


def _walk(database: Settings) -> Verdict:
    with _alias(database) as using:
        return verify_chain(using=using)


@contextmanager
def _alias(database: Settings) -> Iterator[str]:
    """Let Django speak to the restored database under a name of its own meanwhile."""
    name = "restored"
    connections[name] = load_backend(database["ENGINE"]).DatabaseWrapper(database, alias=name)
    try:
        yield name
    finally:
        connections[name].close()
        del connections[name]
