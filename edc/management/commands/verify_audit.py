"""Check the hash chain of the audit trail."""

import sys

from django.core.management.base import BaseCommand

from edc import audit


class Command(BaseCommand):
    help = "Walk the audit trail; print OK and the count, or name the first broken row and exit with 1."

    def handle(self, **options: object) -> None:
        broken, count = audit.verify_chain()
        if broken is None:
            self.stdout.write(f"OK {count}")
            return
        where = f"row {broken.event_id}" if broken.event_id is not None else "the end of the chain"
        self.stdout.write(f"BROKEN at {where}: {broken.problem} ({count} rows before it hold)")
        sys.exit(1)
