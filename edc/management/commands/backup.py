"""Write a backup now."""

import sys
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from edc import audit, jobs
from edc.errors import DomainError
from edc.services.backup import make_backup
from edc.services.backup.databases import ToolFailed


class Command(BaseCommand):
    help = "Write an encrypted backup of database and files into BACKUP_DIR; exit with 1 where that fails."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Settings: BACKUP_DIR, BACKUP_KEY, BACKUP_KEEP. See docs/operators/backup.md."

    def handle(self, *args: object, **options: object) -> None:
        try:
            with audit.channel("task"):
                made = make_backup(actor=jobs.system_user("backup"))
        except (DomainError, ToolFailed, OSError) as error:
            self.stderr.write(self.style.ERROR(str(error)))
            sys.exit(1)
        self.stdout.write(
            f"{made.file_name}: {made.rows} rows of {len(made.tables)} tables, {made.files} files, "
            f"{made.size} bytes, SHA-256 {made.sha256}, audit chain {made.audit_length} {made.audit_hash}"
        )
        if made.left_out:
            self.stdout.write(f"Not in it, needs a backup of its own: {', '.join(made.left_out)}")
        if not made.apart:
            self.stderr.write(
                self.style.WARNING("It lies on the same disk as the data: copy it to another place.")
            )
