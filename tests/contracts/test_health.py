"""/healthz with the real parts: up, gone, and hanging."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone
from redis import Redis

from edc import heartbeat
from tests.conftest import ROOT
from tests.services.redis import running_redis

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 4  # seconds; what answers at once answers far within


@pytest.fixture
def parts(settings, tmp_path) -> None:
    """A data folder of its own with an archive and a worker that has just given a sign of life."""
    settings.VAR_DIR = tmp_path
    settings.ARCHIVE_URL = f"folder://{tmp_path / 'archive'}"
    now = timezone.now()
    heartbeat.beat(name="cpu@somewhere", now=now, since=now)


def health() -> tuple[int, dict]:
    began = time.monotonic()
    answer = Client().get("/healthz")
    assert time.monotonic() - began < PATIENCE
    return answer.status_code, answer.json()


def test_all_parts_up(parts):
    code, body = health()
    assert code == 200, body
    assert body["status"] == body["database"] == body["broker"] == body["archive"] == "ok"
    assert body["workers"]["alive"] == 1
    assert set(body) == {"status", "database", "broker", "archive", "workers"}


def test_an_archive_that_cannot_be_written_is_named(parts, settings, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    settings.ARCHIVE_URL = f"folder://{tmp_path / 'file' / 'archive'}"
    code, body = health()
    assert (code, body["status"], body["down"], body["archive"]) == (503, "down", ["archive"], "down")


@pytest.mark.requirement("I12")
def test_a_worker_that_has_fallen_silent_is_named(parts, tmp_path):
    for path in (tmp_path / "heartbeats").glob("*.json"):
        row = json.loads(path.read_text())
        path.write_text(json.dumps(row | {"at": "2026-01-01T00:00:00+00:00"}))
    code, body = health()
    assert (code, body["down"]) == (503, ["workers"])


def test_a_redis_that_hangs_or_is_gone_is_named_until_it_answers_again(parts, settings, redis_url):
    with running_redis() as url:
        settings.BROKER_URL = url
        assert health()[0] == 200
        process = Redis.from_url(url).info("server")["process_id"]
        os.kill(process, signal.SIGSTOP)
        try:
            code, body = health()
        finally:
            os.kill(process, signal.SIGCONT)
        assert (code, body["down"]) == (503, ["broker"])
        time.sleep(0.5)
        assert health()[0] == 200
    assert health()[1]["down"] == ["broker"]


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield server.getsockname()[1]


ASK = """
import django; django.setup()
from django.test import RequestFactory
from config.health import healthz
import time; began = time.monotonic()
answer = healthz(RequestFactory().get("/healthz"))
print(answer.status_code, answer.content.decode(), round(time.monotonic() - began, 1), sep="\\n", flush=True)
import os; os._exit(0)
"""


def test_parts_that_hang_are_named_in_time_and_no_password_is_told(silent_port, tmp_path):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "TANDEM_VAR": str(tmp_path),
        "DATABASE_URL": f"postgres://tandem:hush-db@127.0.0.1:{silent_port}/tandem",
        "BROKER_URL": f"redis://:hush-broker@127.0.0.1:{silent_port}/0",
        "ARCHIVE_URL": f"orthanc+http://tandem:hush-archive@127.0.0.1:{silent_port}",
    }
    asked = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert asked.returncode == 0, asked.stderr
    code, body, seconds = asked.stdout.splitlines()[-3:]
    assert code == "503"
    assert json.loads(body)["down"] == ["archive", "broker", "database", "workers"]
    assert float(seconds) < PATIENCE
    assert "hush" not in asked.stdout + asked.stderr
