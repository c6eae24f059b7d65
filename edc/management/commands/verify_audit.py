"""Check the hash chain of the audit trail."""

import os
import sys
from argparse import ArgumentParser

from django.core.management.base import BaseCommand
from django.db import connection

from edc.selectors.audit_chain import verify_chain


class Command(BaseCommand):
    help = "Walk the audit trail; print OK and the count, or name the first broken row and exit with 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="default: one a core")

    def handle(self, *, processes: int, **options: object) -> None:
        verdict = verify_chain(1 if connection.in_atomic_block else processes)
        if verdict.broken is None:
            redacted = f" ({verdict.redacted} redacted)" if verdict.redacted else ""
            self.stdout.write(f"OK {verdict.count}{redacted}")
            return
        broken = verdict.broken
        where = f"row {broken.event_id}" if broken.event_id is not None else "the end of the chain"
        self.stdout.write(f"BROKEN at {where}: {broken.problem} ({verdict.count} rows before it hold)")
        sys.exit(1)
