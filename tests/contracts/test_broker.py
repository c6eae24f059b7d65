"""The folder broker and Redis carry work to a real worker alike."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.services.worker import ROOT, running_worker

PROBES = "tests.contracts.probe_tasks"


@pytest.fixture(params=["folder", "redis"])
def settings_env(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    broker = "filesystem://" if request.param == "folder" else request.getfixturevalue("redis_url")
    return {
        "TANDEM_VAR": str(tmp_path / "var"),
        "BROKER_URL": broker,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def send(task: str, path: Path, *, env: dict[str, str], queue: str = "default") -> None:
    sending = f"app.send_task({task!r}, kwargs={{'path': {str(path)!r}}}, queue={queue!r})"
    code = f"from config.celery import app; {sending}"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **env}, check=True)


def appears(path: Path, seconds: float = 90) -> bool:
    deadline = time.monotonic() + seconds
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    return path.exists()


def test_work_sent_before_the_worker_starts_is_done_by_another_process(settings_env, tmp_path):
    trace = tmp_path / "trace"
    send("probe.note_process", trace, env=settings_env)

    with running_worker(env=settings_env, folder=tmp_path, app=PROBES) as worker:
        assert appears(trace)

    assert int(trace.read_text()) == worker.pid != os.getpid()


def test_a_worker_takes_its_own_queue_only(settings_env, tmp_path):
    of_gpu, of_default = tmp_path / "gpu", tmp_path / "default"
    send("probe.note_process", of_gpu, env=settings_env, queue="gpu")
    send("probe.note_process", of_default, env=settings_env)

    with running_worker(env=settings_env, folder=tmp_path, queues="default", app=PROBES):
        assert appears(of_default)
        assert not appears(of_gpu, seconds=2)
    with running_worker(env=settings_env, folder=tmp_path, queues="gpu", app=PROBES):
        assert appears(of_gpu)


def test_a_task_whose_process_is_killed_is_done_again(settings_env, tmp_path):
    trace = tmp_path / "trace"
    send("probe.die_once", trace, env=settings_env)

    with running_worker(env=settings_env, folder=tmp_path, pool="prefork", app=PROBES):
        assert appears(trace)


def test_a_worker_says_that_it_lives(settings_env, tmp_path):
    with running_worker(env=settings_env, folder=tmp_path):
        assert appears(tmp_path / f"var/heartbeats/celery@{socket.gethostname()}.json", seconds=30)
