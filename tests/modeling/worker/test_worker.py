"""The chain on a real Celery worker: done, done once, cancelled, and done although the worker was killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.services.worker import ROOT, running_worker

SECONDS = 240
ENDED = {"done", "failed", "cancelled"}
BOOT = "import sys, django; django.setup();from tests.modeling.worker.verbs import main; main(*sys.argv[1:])"


class Platform:
    """A prepared data folder; its rows are asked for by a process of their own."""

    def __init__(self, var: Path, broker: str = "filesystem://") -> None:
        self.env = {
            "TANDEM_VAR": str(var), "BROKER_URL": broker, "DJANGO_SETTINGS_MODULE": "config.settings",
            "ARCHIVE_URL": f"folder://{var}/archive", "DATABASE_URL": f"sqlite:///{var}/tandem.sqlite3",
        }  # fmt: skip

    def do(self, *verb: str) -> Any:
        command = [sys.executable, "-c", BOOT, *verb]
        env = {**os.environ, **self.env}
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)

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
            time.sleep(1)
        raise AssertionError(f"still {self.statuses()} after {SECONDS} s")


@pytest.fixture(scope="module")
def template(trained, tmp_path_factory) -> Path:
    """A data folder made once, copied for each test."""
    home = tmp_path_factory.mktemp("platform")
    bundle, manifest = home / "bundle.zip", home / "manifest.json"
    bundle.write_bytes(trained[0])
    manifest.write_text(json.dumps(trained[1]))
    Platform(home / "var").do("prepare", str(bundle), str(manifest))
    return home / "var"


@pytest.fixture(params=["folder", "redis"])
def any_broker(request: pytest.FixtureRequest) -> str:
    return "filesystem://" if request.param == "folder" else request.getfixturevalue("redis_url")


@pytest.fixture
def platform(template, tmp_path) -> Platform:
    shutil.copytree(template, tmp_path / "var")
    return Platform(tmp_path / "var")


def test_a_worker_takes_a_request_to_a_score_and_a_repeat_changes_nothing(template, tmp_path, any_broker):
    shutil.copytree(template, tmp_path / "var")
    platform = Platform(tmp_path / "var", any_broker)
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
