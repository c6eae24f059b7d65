"""How many events a second the audit chain is verified: `python -m benchmarks.audit [--events 300000]`.

Makes a private database (SQLite, and PostgreSQL where its Debian package is there), writes so many chained
events with values of their own, and prints the rate of `verify_chain` beside the limit and beside the bare
reading of the same rows. On a machine that does other work meanwhile the column of CPU time tells more.
"""

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

LIMIT = 100_000
BATCH = 5000


HEAD = ("database", "events", "read only", "1 process", "shared", "limit", "CPU us/event")
LINE = "{:<12}{:>10}{:>12}{:>12}{:>12}{:>10}{:>14}  {}"


def main() -> None:
    """Run the benchmark on each database in a process of its own, because settings are read once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.here:
        measure(told.events, told.processes)
        return
    print(LINE.format(*HEAD, ""), flush=True)
    with tempfile.TemporaryDirectory(prefix="tandem-audit-") as folder:
        run(told, f"sqlite:///{folder}/audit.sqlite3", folder)
        from tests.services import postgres

        if postgres.programs() is None:
            print("postgresql  not installed")
            return
        with postgres.running_postgres() as url:
            run(told, url, folder)


def run(told: argparse.Namespace, url: str, folder: str) -> None:
    """Measure one database in a fresh process."""
    environment = {**os.environ, "DATABASE_URL": url, "TANDEM_VAR": folder}
    numbers = ["--events", str(told.events), "--processes", str(told.processes)]
    root = Path(__file__).resolve().parent.parent
    subprocess.run(
        [sys.executable, "-m", "benchmarks.audit", "--here", *numbers], check=True, env=environment, cwd=root
    )


def measure(events: int, processes: int) -> None:
    """Fill the chain and print one line of the table."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from edc.selectors import audit_chain

    call_command("migrate", verbosity=0)
    fill(events)
    bare, _cpu = rate(events, lambda: sum(1 for _row in audit_chain.rows(0, None)))
    single, cpu = rate(events, lambda: holds(audit_chain.verify_chain(), events))
    shared, _cpu = rate(events, lambda: holds(audit_chain.verify_chain(processes), events))
    verdict = "met" if max(single, shared) > LIMIT else "NOT MET"
    numbers = [f"{each:,.0f}" for each in (bare, single, shared, LIMIT)]
    print(LINE.format(connection.vendor, f"{events:,}", *numbers, f"{cpu * 1e6:.1f}", verdict), flush=True)


def holds(verdict: object, events: int) -> None:
    """Stop where the chain that was measured does not hold: a broken walk ends early and looks quick."""
    if verdict.broken or verdict.count != events:
        raise SystemExit(f"the chain does not hold: {verdict}")


def rate(events: int, walk: Callable[[], object]) -> tuple[float, float]:
    """Return events a second of the better of two walks, and this process's CPU seconds an event."""
    times = []
    for _turn in range(2):
        begun, used = time.perf_counter(), time.process_time()
        walk()
        times.append((time.perf_counter() - begun, time.process_time() - used))
    return events / min(times)[0], min(times)[1] / events


def fill(events: int) -> None:
    """Write chained events as `edc.audit` writes them, in large transactions."""
    from django.db import transaction

    from edc import audit
    from edc.models import AuditEvent, AuditHead, User

    actor = User.objects.create(username="ada", display_name="Ada")
    previous = audit.GENESIS
    for start in range(0, events, BATCH):
        batch = [made(actor, number) for number in range(start, min(start + BATCH, events))]
        for event in batch:
            event.previous_hash = previous
            previous = event.hash = audit.event_hash(event)
        with transaction.atomic():
            AuditEvent.objects.bulk_create(batch)
            AuditHead.objects.filter(pk=1).update(last_hash=previous, length=start + len(batch))


def made(actor: object, number: int) -> object:
    """Return an event about one saved item, whose value no other event has."""
    from django.utils import timezone

    from edc.models import AuditEvent

    return AuditEvent(
        at=timezone.now(),
        actor=actor,
        actor_name="Ada (ada)",
        role="crc",
        action="draft.saved",
        target_type="edc.forminstance",
        target_id=str(number // 40),
        path=f"IT.LBC.N{number % 150}",
        after={"raw": str(number), "unit": "mg/dL", "missing": None},
        channel="page",
        blinded="entry-1",
        request_id=secrets.token_hex(16),
        software_version="0.1.0",
        salt=secrets.token_hex(16),
    )


if __name__ == "__main__":
    main()
