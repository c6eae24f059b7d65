"""The chain on a real Celery worker: done, done once, cancelled, and done although the worker was killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from tests.services.worker import ROOT, running_worker

SECONDS = 240
ENDED = {"done", "failed", "cancelled"}
BOOT = "import django; django.setup(); from tests.modeling.worker.verbs import main; main()"


class Platform:
    """A prepared data folder; a process of its own, which the block ends, acts on its rows."""

    def __init__(self, var: Path, broker: str = "filesystem://") -> None:
        self.env = {
            "TANDEM_VAR": str(var), "BROKER_URL": broker, "DJANGO_SETTINGS_MODULE": "config.settings",
            "ARCHIVE_URL": f"folder://{var}/archive", "DATABASE_URL": f"sqlite:///{var}/tandem.sqlite3",
        }  # fmt: skip

    def __enter__(self) -> Self:
        command, env = [sys.executable, "-c", BOOT], {**os.environ, **self.env}
        self._log = tempfile.TemporaryFile()
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": self._log, "text": True}
        self._process = subprocess.Popen(command, cwd=ROOT, env=env, **pipes)
        return self

    def __exit__(self, *_exception: object) -> None:
        self._process.communicate()
        self._log.close()

    def do(self, *verb: str) -> Any:
        """Return the answer to a verb of `verbs.py`; the log of the process tells why there is none."""
        self._process.stdin.write(json.dumps(verb) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            self._log.seek(0)
            raise AssertionError(self._log.read().decode()[-2000:])
        return json.loads(answer)

    def statuses(self) -> list[str]:
        return [run["status"] for run in self.do("runs")]

    def wait_for(self, wanted: set[str], *, step: int | None = None) -> list[dict[str, Any]]:
        """Return the runs once all of them, or the one of this step, are in a wanted state."""
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            runs = self.do("runs")
            watched = runs if step is None else [runs[step]]
            if all(run["status"] in wanted for run in watched):
                return runs
            time.sleep(0.2)
        raise AssertionError(f"still {self.statuses()} after {SECONDS} s")


@pytest.fixture(scope="module")
def template(trained, migrated_sqlite, tmp_path_factory) -> Path:
    """A data folder made once, copied for each test."""
    home = tmp_path_factory.mktemp("platform")
    (home / "var").mkdir()
    (home / "var" / "tandem.sqlite3").write_bytes(migrated_sqlite)
    bundle, manifest = home / "bundle.zip", home / "manifest.json"
    bundle.write_bytes(trained[0])
    manifest.write_text(json.dumps(trained[1]))
    with Platform(home / "var") as platform:
        platform.do("prepare", str(bundle), str(manifest))
    return home / "var"


@pytest.fixture(params=["folder", "redis"])
def any_broker(request: pytest.FixtureRequest) -> str:
    return "filesystem://" if request.param == "folder" else request.getfixturevalue("redis_url")


@pytest.fixture
def platform(template, tmp_path) -> Iterator[Platform]:
    shutil.copytree(template, tmp_path / "var")
    with Platform(tmp_path / "var") as platform:
        yield platform


@pytest.fixture
def platform_at_broker(template, tmp_path, any_broker) -> Iterator[Platform]:
    shutil.copytree(template, tmp_path / "var")
    with Platform(tmp_path / "var", any_broker) as platform:
        yield platform


def test_a_worker_takes_a_request_to_a_score_and_a_repeat_changes_nothing(platform_at_broker, tmp_path):
    platform = platform_at_broker
    platform.do("request")

    with running_worker(env=platform.env, folder=tmp_path):
        runs = platform.wait_for(ENDED)
        assert [run["status"] for run in runs] == ["done"] * 4
        platform.do("resend")
        time.sleep(5)

    assert platform.do("runs") == runs
    (score,) = platform.do("scores")
    assert not score["abstained"]
    assert all(run["provenance"]["seconds"] > 0 for run in runs)


def test_a_run_whose_worker_is_killed_is_done_by_the_next(platform, tmp_path):
    platform.do("request")
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()

    with running_worker(env=platform.env, folder=tmp_path / "first") as worker:
        platform.wait_for({"running", "done"}, step=0)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    platform.do("age")
    with running_worker(env=platform.env, folder=tmp_path / "second"):
        platform.do("rescue")
        runs = platform.wait_for(ENDED)

    assert [run["status"] for run in runs] == ["done"] * 4
    assert len(platform.do("scores")) == 1


def test_a_cancelled_analysis_is_not_worked_on(platform, tmp_path):
    platform.do("request")
    platform.do("cancel")

    with running_worker(env=platform.env, folder=tmp_path):
        time.sleep(4)
        runs = platform.do("runs")

    assert [(run["status"], run["attempts"]) for run in runs] == [("cancelled", 0)] * 4
    assert platform.do("scores") == []


def test_a_step_that_cannot_be_done_ends_the_analysis_with_its_cause(platform, tmp_path):
    for bundle in (tmp_path / "var" / "models").iterdir():
        bundle.unlink()
    platform.do("request")

    with running_worker(env=platform.env, folder=tmp_path):
        runs = platform.wait_for(ENDED)

    assert [run["status"] for run in runs] == ["done", "done", "failed", "cancelled"]
    assert runs[2]["error_code"] == "invalid_bundle"
