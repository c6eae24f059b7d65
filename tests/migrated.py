"""Databases begin as copies of one migrated once: each process would run the migrations for half a minute."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db.models.signals import post_migrate
from psycopg import sql

from edc.audit import GENESIS
from edc.models import AuditHead
from tests.made_once import made_once

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = "tandem_migrated"


@pytest.fixture(scope="session", autouse=True)
def head_of_the_chain() -> Iterator[None]:
    """Put back the row that a migration makes: a test with transactions of its own empties all tables."""

    def put_back(using: str, **_about: object) -> None:
        AuditHead.objects.using(using).get_or_create(pk=1, defaults={"last_hash": GENESIS})

    post_migrate.connect(put_back, sender=apps.get_app_config("edc"))
    yield
    post_migrate.disconnect(put_back, sender=apps.get_app_config("edc"))


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a database with all tables and no rows of anybody's."""

    def make() -> bytes:
        var = tmp_path_factory.mktemp("migrated")
        _migrate({"TANDEM_VAR": str(var), "DATABASE_URL": f"sqlite:///{var}/tandem.sqlite3"})
        return (var / "tandem.sqlite3").read_bytes()

    return made_once(tmp_path_factory, "migrated.sqlite3", make)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """SQLite finds the copy in place of its test database, in a folder that is thrown away."""
    return settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest,
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_keepdb: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Let pytest-django make the test database from the copy."""
    test = settings.DATABASES["default"]["TEST"]
    if django_db_keepdb:
        Path(test["NAME"]).write_bytes(request.getfixturevalue("migrated_sqlite"))
    elif "TANDEM_MADE" in os.environ:  # the cluster is private, and nothing is left behind in it
        url = os.environ["DATABASE_URL"]
        made_once(tmp_path_factory, url.rpartition("@")[2].replace("/", "-"), lambda: _make_template(url))
        test["TEMPLATE"] = TEMPLATE


def _make_template(url: str) -> bytes:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
    _migrate({"DATABASE_URL": f"{url.rpartition('/')[0]}/{TEMPLATE}"})
    return TEMPLATE.encode()


def _migrate(env: dict[str, str]) -> None:
    chosen = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **env}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    done = subprocess.run(command, cwd=ROOT, env=chosen, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
