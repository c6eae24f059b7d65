"""Real Celery workers as processes of their own."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

from scripts.processes import start, stop, tail, wait_until

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def running_worker(
    *,
    env: Mapping[str, str],
    folder: Path,
    queues: str = "default,gpu",
    pool: str = "solo",
    app: str = "config",
) -> Iterator[Popen[bytes]]:
    """Yield a worker of the queues once it is ready.

    `env` holds what differs from this process: TANDEM_VAR, DATABASE_URL, BROKER_URL, ARCHIVE_URL. `app` names
    the module of the Celery application. The log is `worker.log` in `folder`.
    """
    log = folder / "worker.log"
    options = ["-Q", queues, f"--pool={pool}", "-c", "1", "--loglevel=INFO", "--without-mingle"]
    command = [sys.executable, "-m", "celery", "--app", app, "worker", *options]
    process = start(command, log=log, env={**os.environ, **env}, cwd=ROOT)
    try:
        wait_until(lambda: " ready." in tail(log, lines=200), process=process, log=log, seconds=90)
        yield process
    finally:
        stop(process)
