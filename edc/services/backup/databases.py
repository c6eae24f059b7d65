"""Dumping the database as it stands at one moment, counting what is in it, and restoring it elsewhere."""

import os
import secrets
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from edc.audit import GENESIS

Settings = dict[str, Any]
SQLITE = "database.sqlite3"
POSTGRESQL = "database.dump"
# A command sees every site's rows; the role of a web process begins with none.
EVERY_ROW = "-c tandem.sites=all"


class ToolFailed(RuntimeError):
    """pg_dump or pg_restore ended with an error; the words are its own."""


@dataclass(frozen=True)
class Counted:
    """The rows of each table, and the head of the audit chain among them."""

    tables: dict[str, int]
    audit_length: int
    audit_hash: str


def present() -> Settings:
    """Return the settings of the platform's own database."""
    return dict(connection.settings_dict)


def is_sqlite(database: Settings) -> bool:
    return database["ENGINE"].endswith("sqlite3")


def dump(folder: Path) -> tuple[Path, Counted]:
    """Write the platform's database into a file of the folder; the counts are of the same moment."""
    return (
        _dump_sqlite(folder / SQLITE)
        if connection.vendor == "sqlite"
        else _dump_postgresql(folder / POSTGRESQL)
    )


def _dump_sqlite(target: Path) -> tuple[Path, Counted]:
    # A connection of its own: the copy of one that is in a transaction would wait for itself.
    source = sqlite3.connect(f"file:{present()['NAME']}?mode=ro", uri=True)
    with closing(source), closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    return target, counted({"ENGINE": "sqlite3", "NAME": str(target)})


def _dump_postgresql(target: Path) -> tuple[Path, Counted]:
    """Count in the snapshot that pg_dump reads, so that writers meanwhile make no difference."""
    with _session(present()) as held, held.transaction():
        held.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = held.execute("SELECT pg_export_snapshot()").fetchone()
        snapshot = row[0] if row else ""
        # The policies show the platform's role every row under EVERY_ROW; without the option pg_dump refuses.
        _run(
            ["pg_dump", "--format=custom", "--enable-row-security", "--no-owner", "--no-privileges",
             f"--snapshot={snapshot}", f"--file={target}"],
            present(),
        )  # fmt: skip
        return target, _count(held, _postgresql_tables(held))


def counted(database: Settings) -> Counted:
    """Return what a database holds."""
    if is_sqlite(database):
        with closing(sqlite3.connect(f"file:{database['NAME']}?mode=ro", uri=True)) as held:
            names = held.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
            return _count(held, sorted(row[0] for row in names))
    with _session(database) as session:
        return _count(session, _postgresql_tables(session))


def _postgresql_tables(held: psycopg.Connection) -> list[str]:
    rows = held.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
    return [row[0] for row in rows.fetchall()]


def _count(held: Any, names: list[str]) -> Counted:
    tables = {name: held.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608
    head = None
    if "edc_audithead" in tables:
        head = held.execute("SELECT length, last_hash FROM edc_audithead WHERE id = 1").fetchone()
    length, last = head or (0, GENESIS)
    return Counted(tables, length, last)


def restore(dumped: Path, database: Settings) -> None:
    """Fill an empty database from a dump of the same kind."""
    if is_sqlite(database) != (dumped.name == SQLITE):
        raise ToolFailed(f"{dumped.name} is of another kind of database than the one to restore into")
    if is_sqlite(database):
        dumped.replace(database["NAME"])
        return
    arguments = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"]
    _run(["pg_restore", *arguments, f"--dbname={database['NAME']}", str(dumped)], database)


def is_empty(database: Settings) -> bool:
    """Tell whether a restore would overwrite nothing."""
    if is_sqlite(database):
        return not Path(database["NAME"]).exists()
    return not counted(database).tables


@contextmanager
def scratch(folder: Path) -> Iterator[Settings]:
    """Make an empty database of the platform's kind, gone afterwards; PostgreSQL's role needs CREATEDB."""
    base = present()
    if is_sqlite(base):
        yield base | {"NAME": str(folder / "scratch.sqlite3"), "TEST": {}}
        return
    name = f"tandem_drill_{secrets.token_hex(6)}"
    with _session(base, autocommit=True) as held:
        # template0: nothing that somebody put into template1 stands in the way of a restore.
        held.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        try:
            options = {**base.get("OPTIONS", {}), "options": EVERY_ROW}
            yield base | {"NAME": name, "OPTIONS": options, "CONN_MAX_AGE": 0}
        finally:
            held.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _session(database: Settings, *, autocommit: bool = False) -> psycopg.Connection:
    return psycopg.connect(
        host=database["HOST"] or None, port=database["PORT"] or None, user=database["USER"] or None,
        password=database["PASSWORD"] or None, dbname=database["NAME"], options=EVERY_ROW,
        autocommit=autocommit,
    )  # fmt: skip


def _run(command: list[str], database: Settings) -> None:
    """Run a tool of PostgreSQL; the password goes through the environment, never onto the command line."""
    about = {
        "PGHOST": database["HOST"], "PGPORT": database["PORT"], "PGUSER": database["USER"],
        "PGPASSWORD": database["PASSWORD"], "PGDATABASE": database["NAME"], "PGOPTIONS": EVERY_ROW,
    }  # fmt: skip
    env = {**os.environ, **{name: str(value) for name, value in about.items() if value}}
    tool = Path(settings.PG_TOOLS) / command[0] if settings.PG_TOOLS else Path(command[0])
    try:
        done = subprocess.run(  # noqa: S603 - a program and arguments of this module, no text of a user
            [str(tool), *command[1:]], env=env, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise ToolFailed(f"{tool} is not installed: it comes with PostgreSQL's client programs") from None
    if done.returncode:
        raise ToolFailed(f"{command[0]}: {done.stderr.strip()[-300:]}")
