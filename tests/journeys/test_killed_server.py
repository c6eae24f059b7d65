"""Nothing that was saved is lost when everything dies at once, and no run hangs when its worker dies."""

import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import expect

from modeling.demo.images import seed_point
from modeling.synthetic import DEMO_SIZE, make_case
from tests.journeys.answers import STUDY
from tests.journeys.conftest import LogIn, Platform
from tests.journeys.form_page import FormPage
from tests.journeys.subject_page import SubjectPage
from tests.services.tandem import running_platform

pytestmark = pytest.mark.browser
# The demonstration's first subject: its images are there, and its point grows a lesion.
SUBJECT, SEED = "01-0001", 42
UNTOUCHED, DIAMETER = "/subjects/4/", "IT.LVB.TUMMAX"
WORKER = "config worker"


@pytest.fixture
def own_var(prepared: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(prepared, tmp_path / "var"))


@contextmanager
def serving(var: Path) -> Iterator[Platform]:
    with running_platform(var=var, demo=True) as address:
        yield Platform(address, var)


def processes_of(var: Path, words: str = "") -> list[int]:
    """Return the ids of the processes that work on this data folder and whose command holds the words."""
    setting = f"TANDEM_VAR={var}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            mine = setting in (folder / "environ").read_bytes().split(b"\0")
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if mine and words in command:
            found.append(int(folder.name))
    return found


def kill(pids: list[int]) -> None:
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


@pytest.mark.requirement("I12")
def test_a_draft_survives_the_death_of_everything(log_in: LogIn, own_var: Path):
    with serving(own_var) as platform:
        crc = log_in("crc1", platform)
        crc.chooses(STUDY)
        path = SubjectPage(crc, UNTOUCHED).form_path("FO.LVB")
        form = FormPage(crc.open(path))
        form.enter({DIAMETER: "4.4"})
        kill(processes_of(own_var))
        crc.close()
        crc.faults.clear()

    with serving(own_var) as platform:
        crc = log_in("crc1", platform)
        again = FormPage(crc.open(path))
        assert again.value_of(DIAMETER) == "4.4"
        crc.check_page("draft-after-death")
        assert platform.manage("verify_audit").returncode == 0


def test_a_run_whose_worker_dies_is_run_again(log_in: LogIn, platform: Platform):
    scientist = log_in("scientist")
    page = scientist.open(f"/modeling/runs/start/?q={SUBJECT}")
    page.locator("tr[data-row] a[data-open]").first.press("Enter")
    page.fill("#p", ", ".join(map(str, seed_point(make_case(SEED, size=DEMO_SIZE)))))
    with stopped(processes_of(platform.var, WORKER)):
        page.locator("#p").press("Control+Enter")
        expect(page.locator(".progress-t")).to_have_attribute("aria-busy", "true")
    kill_while_running(platform.var)

    expect(page.locator("a[data-key=o]")).to_be_visible(timeout=180_000)
    assert attempts(platform.var) > 4, "no step was begun twice"
    scientist.check_page("run-after-death")


@contextmanager
def stopped(pids: list[int]) -> Iterator[None]:
    """Hold the workers still, so that what follows is seen before they begin."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def kill_while_running(var: Path) -> None:
    """Kill the workers while a step runs: they are held still first, so that it cannot end meanwhile."""
    workers = processes_of(var, WORKER)
    with closing(sqlite3.connect(var / "tandem.sqlite3", timeout=30)) as database:

        def runs() -> bool:
            return bool(database.execute("SELECT 1 FROM modeling_run WHERE status = 'running'").fetchone())

        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if not runs():
                time.sleep(0.01)
                continue
            with stopped(workers):
                if runs():
                    kill(workers)
                    return
    raise AssertionError("no step was seen running")


def attempts(var: Path) -> int:
    """Return how often the steps of the newest analysis were begun, in all."""
    with closing(sqlite3.connect(var / "tandem.sqlite3", timeout=30)) as database:
        newest = "(SELECT max(id) FROM modeling_analysis)"
        question = f"SELECT sum(attempts) FROM modeling_run WHERE analysis_id = {newest}"
        return int(database.execute(question).fetchone()[0])
