"""The platform in its production shape: PostgreSQL, Redis and Orthanc instead of the embedded parts."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg

from tests.services.orthanc import PrivateOrthanc, private_orthanc
from tests.services.postgres import PrivatePostgres, private_postgres
from tests.services.redis import PrivateRedis, private_redis
from tests.services.tandem import NOT_INHERITED, ROOT, running_platform

# What the platform's own commands see of tables behind row-level security.
EVERY_SITE = "-c tandem.sites=all"


@dataclass(frozen=True)
class ProductionShape:
    """A running platform and the three servers under it, each of which a test may stop and start."""

    address: str
    var: Path
    postgres: PrivatePostgres
    redis: PrivateRedis
    orthanc: PrivateOrthanc

    def manage(self, *arguments: str) -> str:
        """Return what a management command beside the platform says; it must succeed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=_environment(self.var, self.postgres, self.redis, self.orthanc),
            capture_output=True,
            text=True,
            timeout=400,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Run one statement on the database itself and return its rows, if it gives any."""
        with psycopg.connect(self.postgres.url, autocommit=True, options=EVERY_SITE) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def log_in(self, username: str) -> httpx.Client:
        """Return a client that somebody of the demonstration is logged in with."""
        users = json.loads((self.var / "demo-credentials.json").read_text())["users"]
        password = next(each["password"] for each in users if each["username"] == username)
        client = httpx.Client(base_url=self.address, timeout=120, headers={"Referer": self.address})
        client.get("/accounts/login/").raise_for_status()
        form = {"login": username, "password": password, "csrfmiddlewaretoken": client.cookies["csrftoken"]}
        answer = client.post("/accounts/login/", data=form)
        assert answer.status_code == 302, answer.text
        client.headers["X-CSRFToken"] = client.cookies["csrftoken"]
        return client


@contextmanager
def running_production_shape(folder: Path) -> Iterator[ProductionShape]:
    """Run the platform on three private servers, named by environment variables alone; it holds no data."""
    var, storage = folder / "var", folder / "orthanc"
    storage.mkdir()
    with private_postgres() as postgres, private_redis() as redis, private_orthanc(storage) as orthanc:
        urls = _urls(postgres, redis, orthanc)
        with running_platform(var=var, env=urls, demo=False) as address:
            yield ProductionShape(address, var, postgres, redis, orthanc)


def _urls(postgres: PrivatePostgres, redis: PrivateRedis, orthanc: PrivateOrthanc) -> dict[str, str]:
    return {"DATABASE_URL": postgres.url, "BROKER_URL": redis.url, "ARCHIVE_URL": orthanc.url}


def _environment(var: Path, *servers: Any) -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    return {**kept, "TANDEM_VAR": str(var), **_urls(*servers)}
