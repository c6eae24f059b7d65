"""A private PostgreSQL cluster."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from scripts.processes import free_port, start, stop, wait_until

# Durability buys nothing for a cluster that is thrown away, and costs half of the run.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
}


def programs() -> Path | None:
    """Return the folder of initdb and postgres (the newest of Debian's, else that on PATH), or None."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if debian:
        return debian[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextmanager
def running_postgres() -> Iterator[str]:
    """Yield the DATABASE_URL of a fresh cluster whose superuser has a random password; gone afterwards."""
    folder = programs()
    if folder is None:
        raise FileNotFoundError("initdb: install the Debian package postgresql")
    home = Path(tempfile.mkdtemp(prefix="tandem-postgres-"))
    try:
        with _cluster(folder, home) as url:
            yield url
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _cluster(folder: Path, home: Path) -> Iterator[str]:
    user, password, port = _owner(), secrets.token_urlsafe(24), free_port()
    _initialise(folder, home, user=user, password=password)
    log = home / "postgres.log"
    options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    process = start(
        [str(folder / "postgres"), "-D", str(home / "data"), "-p", str(port), *options],
        log=log,
        user=user,
        cwd=home,
        stop_signal=signal.SIGINT,
    )
    url = f"postgres://tandem:{password}@127.0.0.1:{port}/postgres"
    try:
        wait_until(lambda: _answers(url), process=process, log=log)
        yield url
    finally:
        # SIGINT is PostgreSQL's fast shutdown: it drops the clients instead of waiting for them.
        stop(process, stop_signal=signal.SIGINT)


def _owner() -> str | None:
    """Return the account to run as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    accounts = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in accounts else "nobody"


def _initialise(folder: Path, home: Path, *, user: str | None, password: str) -> None:
    secret = home / "password"
    secret.write_text(password)
    if user:
        entry = pwd.getpwnam(user)
        for path in (home, secret):
            os.chown(path, entry.pw_uid, entry.pw_gid)
    subprocess.run(
        [
            folder / "initdb",
            "-D",
            home / "data",
            "-U",
            "tandem",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]
        + ["--auth=scram-sha-256", f"--pwfile={secret}"],
        check=True,
        capture_output=True,
        user=user,
        extra_groups=[] if user else None,
        cwd=home,
    )


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
