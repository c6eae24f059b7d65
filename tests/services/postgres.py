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
from psycopg import sql

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
    """Yield the DATABASE_URL of a fresh cluster, of a role that row-level security holds; gone afterwards."""
    with private_postgres() as server:
        yield server.url


@contextmanager
def private_postgres() -> Iterator["PrivatePostgres"]:
    """Run a fresh cluster until the block ends; its folder is gone afterwards."""
    folder = programs()
    if folder is None:
        raise FileNotFoundError("initdb: install the Debian package postgresql")
    home = Path(tempfile.mkdtemp(prefix="tandem-postgres-"))
    try:
        server = PrivatePostgres(folder, home)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


class PrivatePostgres:
    """One cluster that a test may stop and start again on the same port and data."""

    def __init__(self, programs: Path, home: Path) -> None:
        self._programs, self._home = programs, home
        self._user, self._password, self._port = _owner(), secrets.token_urlsafe(24), free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._has_owner = False
        _initialise(programs, home, user=self._user, password=self._password)

    @property
    def url(self) -> str:
        """What DATABASE_URL would be."""
        return self._url("tandem")

    @property
    def superuser_url(self) -> str:
        """The same database as its superuser, whom no policy holds."""
        return self._url("postgres")

    def _url(self, role: str) -> str:
        return f"postgres://{role}:{self._password}@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        log = self._home / "postgres.log"
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        server, data = str(self._programs / "postgres"), str(self._home / "data")
        self._process = start(
            [server, "-D", data, "-p", str(self._port), *options],
            log=log,
            user=self._user,
            cwd=self._home,
            stop_signal=signal.SIGINT,
        )
        wait_until(lambda: _answers(self.superuser_url), process=self._process, log=log)
        if not self._has_owner:
            self._make_owner()

    def _make_owner(self) -> None:
        """Make the role of the platform: it owns its tables, may make a database, and is no superuser."""
        password = sql.Literal(self._password)
        with psycopg.connect(self.superuser_url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE ROLE tandem LOGIN CREATEDB PASSWORD {}").format(password))
            connection.execute("ALTER DATABASE postgres OWNER TO tandem")
        self._has_owner = True

    def stop(self) -> None:
        """End the server at once; SIGINT drops the clients instead of waiting for them."""
        if self._process is not None:
            stop(self._process, stop_signal=signal.SIGINT)


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
            "postgres",
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
