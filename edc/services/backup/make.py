"""Making a backup: the database, then the files, sealed into one file that appears whole or not at all."""

import os
import time
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.utils import timezone

from edc.exchange.manifest import sha256_of
from edc.models import Backup, User
from edc.services.backup import content, databases, leftovers, outcomes, place
from edc.services.backup.sealing import Sealer
from edc.services.lasting import sync_folder


def make_backup(*, actor: User) -> Backup:
    """Write a backup into BACKUP_DIR and keep its row; a failure leaves a row too, and is raised.

    Database before files: a file without its row is harmless, a row without its file is not. Raises UnderWay,
    which is no failure, while another backup or drill works in the folder.
    """
    begun = time.monotonic()
    try:
        with place.alone() as folder:
            leftovers.settle(folder, actor)
            backup = _write(folder, begun)
            removed = _remove_old(folder)
    except place.UnderWay:
        raise
    except Exception as error:
        outcomes.keep_failure(error, actor, time.monotonic() - begun)
        raise
    outcomes.keep_backup(backup, removed, actor)
    return backup


def _write(folder: Path, begun: float) -> Backup:
    now = timezone.now().astimezone(UTC)
    name = f"tandem-{now:%Y%m%dT%H%M%S%f}Z{place.ENDING}"
    part = folder / f".{name}.part"
    try:
        with TemporaryDirectory(prefix=leftovers.spool("backup")) as spool, part.open("wb") as out:
            os.chmod(part, 0o600)
            dumped, counts = databases.dump(Path(spool))
            about = {
                "made_at": now.isoformat(),
                "software_version": settings.SOFTWARE_VERSION,
                "tables": counts.tables,
                "audit_length": counts.audit_length,
                "audit_hash": counts.audit_hash,
                "left_out": content.left_out(),
            }
            sealer = Sealer(out, place.key())
            files = [content.Member(dumped.name, dumped), *content.members()]
            held = content.write(sealer, files, about)
            sealer.finish()
            out.flush()
            os.fsync(out.fileno())
        part.replace(folder / name)
        sync_folder(folder)
    finally:
        part.unlink(missing_ok=True)
    return Backup(
        succeeded=True, file_name=name, size=(folder / name).stat().st_size, sha256=sha256_of(folder / name),
        tables=counts.tables, files=len(held.sha256) - 1, audit_length=counts.audit_length,
        audit_hash=counts.audit_hash, left_out=content.left_out(), apart=place.is_apart(),
        seconds=time.monotonic() - begun, software_version=settings.SOFTWARE_VERSION,
    )  # fmt: skip


def _remove_old(folder: Path) -> list[str]:
    """Remove the files beyond BACKUP_KEEP, the oldest first, but never the newest that a drill restored."""
    proved = (
        Backup.objects.filter(drills__passed=True).order_by("-pk").values_list("file_name", flat=True).first()
    )
    names = sorted(path.name for path in folder.glob(f"tandem-*{place.ENDING}"))
    old = [name for name in names[: -max(1, settings.BACKUP_KEEP)] if name != proved]
    for name in old:
        (folder / name).unlink()
    return old
