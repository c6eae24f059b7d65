"""Restore a backup for good, into an empty database and folder."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from edc.services.backup import databases, place
from edc.services.backup.restore import restore_into


class Command(BaseCommand):
    help = (
        "Fill the empty database of DATABASE_URL from a backup file, unpack its files into an empty folder, "
        "compare counts, hashes and the audit chain. Needs BACKUP_KEY. Overwrites nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--folder", type=Path, required=True, help="empty; the files go below")

    def handle(self, *args: object, file: Path, folder: Path, **options: object) -> None:
        if folder.exists() and any(folder.iterdir()):
            raise CommandError(f"{folder} is not empty.")
        connection.close()
        found = restore_into(file, key=place.key(), database=databases.present(), folder=folder)
        for code, what in found.problems:
            self.stderr.write(self.style.ERROR(f"{code}: {what}"))
        if found.problems:
            sys.exit(1)
        self.stdout.write(
            f"OK {sum(found.tables.values())} rows of {len(found.tables)} tables, {found.files} files, "
            f"{found.audit_rows} audit rows; made {found.manifest['made_at']} by version "
            f"{found.manifest['software_version']}"
        )
