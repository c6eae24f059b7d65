"""Children end with their parent, and a server that does not start says why."""

import signal
import subprocess
import sys
import time

import pytest

from scripts.processes import StartFailed, free_port, port_is_free, start, stop, wait_until
from tests.architecture.source_tree import ROOT

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('on'); time.sleep(60)",
]
PARENT = """
import sys, pathlib
from scripts.processes import start
child = start([sys.executable, "-c", "import time; time.sleep(60)"], log=pathlib.Path(sys.argv[1]))
print(child.pid, flush=True)
sys.stdin.read()
"""


def is_running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as handle:
            return handle.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_stopped_process_is_gone(tmp_path):
    process = start(SLEEPER, log=tmp_path / "log")

    stop(process)

    assert process.returncode == -signal.SIGTERM


def test_a_process_that_ignores_the_request_is_killed(tmp_path):
    log = tmp_path / "log"
    process = start([STUBBORN[0], "-u", *STUBBORN[1:]], log=log)
    wait_until(lambda: "on" in log.read_text(), process=process, log=log)

    stop(process, seconds=0.3)

    assert process.returncode == -signal.SIGKILL


def test_a_child_does_not_outlive_a_killed_parent(tmp_path):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "log")],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    child = int(parent.stdout.readline())
    assert is_running(child)

    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 5
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert not is_running(child)


def test_a_server_that_ends_at_once_is_reported_with_its_last_words(tmp_path):
    log = tmp_path / "log"
    process = start([sys.executable, "-c", "raise SystemExit('no such folder')"], log=log)

    with pytest.raises(StartFailed, match="no such folder"):
        wait_until(lambda: False, process=process, log=log)


def test_a_port_in_use_is_not_free():
    port = free_port()
    assert port_is_free(port)

    server = subprocess.Popen(
        [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 10
        while port_is_free(port) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not port_is_free(port)
    finally:
        server.kill()
        server.wait()
