"""The whole platform as `make run` starts it, on a data folder of its own."""

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from scripts.processes import free_port, start, stop, wait_until

ROOT = Path(__file__).resolve().parents[2]
NOT_INHERITED = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "BROKER_URL", "ARCHIVE_URL", "TANDEM_ROW_SCOPE"}
# The first start trains the demonstration model and runs one subject through the worker.
FIRST_START_SECONDS = 600


@contextmanager
def running_platform(*, var: Path, env: Mapping[str, str] | None = None, demo: bool = True) -> Iterator[str]:
    """Yield the address of a platform whose workers and scheduler run; all of it is stopped afterwards.

    With `demo` the demonstration data is made first (users in demo-credentials.json); without it only the
    tables are. `env` may name another DATABASE_URL, BROKER_URL or ARCHIVE_URL.
    """
    var.mkdir(parents=True, exist_ok=True)
    if not demo:
        (var / "demo-prepared").touch()
    port, log = free_port(), var / "serve.log"
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    settings = {**inherited, "TANDEM_VAR": str(var), "PORT": str(port), **(env or {})}
    process = start([sys.executable, "-m", "scripts.serve"], log=log, env=settings, cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _is_healthy(address), process=process, log=log, seconds=FIRST_START_SECONDS)
        yield address
    finally:
        stop(process, stop_signal=signal.SIGTERM, seconds=60)


def _is_healthy(address: str) -> bool:
    try:
        with urlopen(f"{address}/healthz", timeout=5) as answer:
            return answer.status == 200
    except (URLError, OSError):
        return False
