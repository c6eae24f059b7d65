"""Serve the platform on this machine with real separate processes (`python -m scripts.serve`, or `make run`).

Starts the Celery workers and the scheduler, prepares the demonstration data through them on first start, then
serves with gunicorn on 127.0.0.1:$PORT. A process that ends is started again, later each time it fails early.
SIGINT and SIGTERM stop everything; should this process be killed, the kernel stops the rest.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from scripts.processes import port_is_free, start, stop, tail

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("TANDEM_VAR", ROOT / "var")).resolve()
LOGS = VAR / "log"
LOG_LIMIT_BYTES = 20_000_000
# Without the query: what somebody searched for may be a name.
ACCESS_LINE = '%(h)s %(t)s "%(m)s %(U)s %(H)s" %(s)s %(B)s %(L)s'
# A process that lived this long is taken to have worked; its next restart is immediate again.
SETTLED_SECONDS = 60
LONGEST_PAUSE_SECONDS = 30
START_LIMIT_SECONDS = 60


@dataclass
class Service:
    """One long-running process and its restarts."""

    name: str
    argv: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    early_ends: int = 0
    resume_at: float = 0.0

    @property
    def log(self) -> Path:
        return LOGS / f"{self.name}.log"

    def start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        self.process, self.started = start(self.argv, log=self.log, cwd=ROOT), time.monotonic()

    def keep_alive(self) -> None:
        """Note an end, and start again once its pause is over."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            early = now - self.started < SETTLED_SECONDS
            self.early_ends = self.early_ends + 1 if early else 0
            pause = min(2**self.early_ends - 1, LONGEST_PAUSE_SECONDS)
            say(f"{self.name} ended with {self.process.returncode}; restart in {pause} s ({self.log})")
            self.process, self.resume_at = None, now + pause
        if self.process is None and now >= self.resume_at:
            self.start()


@dataclass
class Supervisor:
    """Keeps the services running until told to stop."""

    services: list[Service] = field(default_factory=list)
    stopping: bool = False

    def request_stop(self, *_: object) -> None:
        self.stopping = True

    def add(self, service: Service) -> None:
        service.start()
        self.services.append(service)

    def watch(self, seconds: float = 0.2) -> None:
        for service in self.services:
            service.keep_alive()
        time.sleep(seconds)

    def run_beside(self, argv: Sequence[str]) -> int:
        """Run a command to its end while keeping the services alive; -1 when stopped meanwhile."""
        command = subprocess.Popen(list(argv), cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True)
        while command.poll() is None and not self.stopping:
            self.watch()
        if command.poll() is None:
            stop(command)
            return -1
        return command.returncode

    def stop(self) -> None:
        """Ask all to end at once, then wait for each; the newest, which takes the requests, first."""
        running = [service.process for service in reversed(self.services) if service.process is not None]
        for process in running:
            if process.poll() is None:
                process.terminate()
        for process in running:
            stop(process)


def say(message: str) -> None:
    print(message, flush=True)


def celery(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "celery", "--app", "config", *arguments]


def background_services() -> list[Service]:
    """Return the workers and the scheduler.

    The gpu queue is worked in the process itself (`solo`): CUDA does not survive a fork. The default queue is
    worked in a child, so that time limits and cancelling hold while a task runs.
    """
    worker = ("worker", "--loglevel=INFO", "--without-gossip", "--without-mingle")
    return [
        Service("worker-cpu", celery(*worker, "-Q", "default", "-n", "cpu@%h", "--pool=prefork", "-c", "1")),
        Service("worker-gpu", celery(*worker, "-Q", "gpu", "-n", "gpu@%h", "--pool=solo")),
        Service("beat", celery("beat", "--loglevel=INFO", "--pidfile=")),
    ]


def web_service(port: int) -> Service:
    options = ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4", "--timeout", "120"]
    logs = ["--access-logfile", str(LOGS / "access.log"), "--error-logfile", "-"]
    logs += ["--access-logformat", ACCESS_LINE]
    return Service("web", [sys.executable, "-m", "gunicorn", "config.wsgi:application", *options, *logs])


def claim_folder() -> IO[str]:
    """Return the held lock of the data folder; SystemExit when another process serves from it."""
    LOGS.mkdir(parents=True, exist_ok=True)
    lock = (VAR / "serve.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SystemExit(
            f"Another `make run` is using {VAR}; stop it or set TANDEM_VAR to another folder."
        ) from None
    return lock


def prepare_demo(supervisor: Supervisor) -> bool:
    """Make the demonstration data through the running workers; False when that failed or was stopped."""
    return supervisor.run_beside([sys.executable, "manage.py", "prepare_demo"]) == 0


def serve(supervisor: Supervisor, port: int) -> int:
    """Start everything and keep it running; returns the exit status."""
    prepared = VAR / "demo-prepared"
    for service in background_services():
        supervisor.add(service)
    if not prepared.exists():
        if not prepare_demo(supervisor):
            return 0 if supervisor.stopping else 1
        prepared.touch()
    supervisor.add(web_service(port))
    if not announce(supervisor, port):
        return 0 if supervisor.stopping else 1
    while not supervisor.stopping:
        supervisor.watch()
    return 0


def announce(supervisor: Supervisor, port: int) -> bool:
    """Wait until the port is taken and say where to go; False when it never is."""
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while port_is_free(port) and not supervisor.stopping:
        supervisor.watch()
        if time.monotonic() > deadline:
            say(f"The web server did not start:\n{tail(LOGS / 'web.log')}")
            return False
    if not supervisor.stopping:
        say(f"Tandem serves on http://127.0.0.1:{port} (Ctrl-C stops it)")
        say(f"Users and passwords: {VAR / 'demo-credentials.json'}; logs: {LOGS}")
    return not supervisor.stopping


def main() -> int:
    port = int(os.environ.get("PORT", "8000"))
    if not port_is_free(port):
        raise SystemExit(f"Port {port} is in use; set another with PORT=8001 make run.")
    lock = claim_folder()
    supervisor = Supervisor()
    signal.signal(signal.SIGINT, supervisor.request_stop)
    signal.signal(signal.SIGTERM, supervisor.request_stop)
    try:
        if supervisor.run_beside([sys.executable, "-m", "scripts.prepare"]) != 0:
            return 0 if supervisor.stopping else 1
        return serve(supervisor, port)
    finally:
        supervisor.stop()
        lock.close()
        say("Stopped.")


if __name__ == "__main__":
    sys.exit(main())
