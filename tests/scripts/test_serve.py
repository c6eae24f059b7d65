"""The supervisor restarts what ends, later each time, and stops everything."""

import sys
import time

import pytest

from scripts import serve
from scripts.serve import Service, Supervisor

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
ENDS = [sys.executable, "-c", "pass"]


@pytest.fixture(autouse=True)
def logs(tmp_path, monkeypatch):
    monkeypatch.setattr(serve, "LOGS", tmp_path)
    return tmp_path


@pytest.fixture
def supervisor():
    supervisor = Supervisor()
    yield supervisor
    supervisor.stop()


def watch_until(supervisor: Supervisor, done, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        supervisor.watch(0.02)
    assert done()


def test_a_killed_service_is_started_again(supervisor):
    service = Service("worker", SLEEPER)
    supervisor.add(service)
    first = service.process

    first.kill()
    watch_until(supervisor, lambda: service.process not in (None, first))

    assert service.process.poll() is None


def test_a_service_that_keeps_ending_waits_longer_each_time(supervisor):
    service = Service("broken", ENDS)
    supervisor.add(service)

    watch_until(supervisor, lambda: service.early_ends == 2)

    assert service.resume_at - time.monotonic() == pytest.approx(3, abs=1)


def test_a_service_that_worked_for_long_is_started_again_at_once(supervisor):
    service = Service("worker", ENDS, early_ends=4)
    supervisor.add(service)
    service.started -= serve.SETTLED_SECONDS

    watch_until(supervisor, lambda: service.early_ends == 0)

    assert service.resume_at <= time.monotonic()


def test_services_stay_alive_beside_a_command(supervisor):
    service = Service("worker", SLEEPER)
    supervisor.add(service)
    first = service.process
    first.kill()

    status = supervisor.run_beside([sys.executable, "-c", "import time; time.sleep(2); raise SystemExit(3)"])

    assert status == 3
    assert service.process is not first


def test_a_request_to_stop_ends_the_command_and_then_the_services(supervisor):
    service = Service("worker", SLEEPER)
    supervisor.add(service)
    supervisor.request_stop()

    assert supervisor.run_beside(SLEEPER) == -1
    supervisor.stop()

    assert service.process.poll() is not None


def test_an_overlong_log_is_put_aside(logs, supervisor, monkeypatch):
    monkeypatch.setattr(serve, "LOG_LIMIT_BYTES", 10)
    (logs / "worker.log").write_text("x" * 11)

    supervisor.add(Service("worker", SLEEPER))

    assert (logs / "worker.log.1").read_text() == "x" * 11


def test_two_servers_do_not_share_a_data_folder(logs, monkeypatch):
    monkeypatch.setattr(serve, "VAR", logs)
    lock = serve.claim_folder()

    with pytest.raises(SystemExit, match="Another `make run`"):
        serve.claim_folder()
    lock.close()
