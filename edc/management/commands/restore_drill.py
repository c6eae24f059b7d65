"""Try a restore of the newest backup."""

import sys

from django.core.management.base import BaseCommand

from edc import audit, jobs
from edc.services.backup import UnderWay, drill_restore


class Command(BaseCommand):
    help = (
        "Restore the newest backup into a scratch database and folder, compare counts, hashes and the audit "
        "chain, record the outcome; exit with 1 where something does not agree. Nothing in use is touched."
    )

    def handle(self, *args: object, **options: object) -> None:
        try:
            with audit.channel("task"):
                drill = drill_restore(actor=jobs.system_user("backup"))
        except UnderWay as error:
            self.stderr.write(self.style.ERROR(str(error)))
            sys.exit(1)
        for problem in drill.problems:
            self.stderr.write(self.style.ERROR(f"{problem['code']}: {problem['what']}"))
        if not drill.passed:
            sys.exit(1)
        self.stdout.write(
            f"OK {drill.backup}: {drill.rows} rows of {drill.tables} tables, {drill.files} files, "
            f"{drill.audit_rows} audit rows, {drill.seconds:.0f} s"
        )
