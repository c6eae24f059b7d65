"""Run every check and test in stages; after one that fails none begins (`-m scripts.test [STAGE …]`).

The stages stand in two lanes that run beside each other: those that keep the processors busy, at a low
priority, and those that mostly wait for servers, workers and a browser. A stage's output is printed whole
when it ends; the output of stages that run alone appears as it comes.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from scripts.processes import die_with_parent
from tests.services.postgres import running_postgres

ROOT = Path(__file__).resolve().parent.parent
# What became of the tests that show a requirement, and the table of the last run (docs/validation/README.md).
RESULTS = ROOT / "docs" / "validation" / "results"
BIN = Path(sys.executable).parent
# The stages that need a server or a device, and where their tests stand: nothing else is collected.
FOLDERS = {
    "redis": ("tests/contracts", "tests/modeling/worker"),
    "orthanc": ("tests/contracts",),
    "production": ("tests/journeys",),
    "browser": ("tests/journeys",),
    "gpu": ("tests/gpu",),
}
PLAIN = " and ".join(f"not {marker}" for marker in FOLDERS)
# What the tests must not inherit from the shell they are started in.
SETTINGS = {"DATABASE_URL", "BROKER_URL", "ARCHIVE_URL", "SECRET_KEY", "PSEUDONYM_SECRET", "TANDEM_VAR"}
SETTINGS |= {"ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "DEBUG", "PORT", "TANDEM_ROW_SCOPE"}
# Each process holds about a gigabyte: torch, SimpleITK and the studies' designs.
PARALLEL = ("-n", str(min(max(os.cpu_count() or 2, 2), 6)), "--dist", "loadfile", "--no-loadscope-reorder")
# Long walks over pages whose queries other tests make on both servers.
WALKS = ("tests/architecture", "tests/i18n", "tests/edc/web/test_entry_every_form.py")
WITHOUT_WALKS = tuple(f"--ignore={path}" for path in WALKS)


def tool(name: str, *arguments: str) -> list[str]:
    return [str(BIN / name), *arguments]


def module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


def pytest(expression: str, *arguments: str) -> list[str]:
    """Return a run of pytest that keeps no notes in the checkout: two of them run at once."""
    told = ("-q", "-rfEs", "--durations=20", "-p", "no:cacheprovider")
    return module("pytest", *told, "-m", expression, *arguments)


@dataclass(frozen=True)
class Stage:
    """A named list of commands; `database` yields the DATABASE_URL they run under."""

    name: str
    commands: Sequence[Sequence[str]]
    database: Callable[[], AbstractContextManager[str]] = lambda: nullcontext("")


BUSY = (
    Stage(
        "static",
        [
            tool("ruff", "check", "."),
            tool("ruff", "format", "--check", "."),
            tool("mypy"),
            tool("lint-imports"),
            [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
            module("scripts.check_messages"),
        ],
    ),
    Stage("sqlite", [pytest(PLAIN, *PARALLEL)]),
    Stage(
        "postgres", [pytest(PLAIN, *PARALLEL, *WITHOUT_WALKS, "--database-only")], database=running_postgres
    ),
)
*WAITING, GPU_STAGE = (Stage(name, [pytest(name, *folders)]) for name, folders in FOLDERS.items())
HAS_DEVICE = shutil.which("nvidia-smi") is not None
# Pages and servers have limits of time: beside them the busy lane steps back.
NICENESS = 5


def planned(wanted: Sequence[str]) -> tuple[list[Stage], list[Stage]]:
    """Return the stages of both lanes, all by default; the device is compared only where there is one."""
    waiting = [*WAITING, GPU_STAGE] if HAS_DEVICE else WAITING
    busy, patient = ([each for each in lane if not wanted or each.name in wanted] for lane in (BUSY, waiting))
    return busy, patient


def environment(database_url: str, folder: str) -> dict[str, str]:
    """Return the variables of the tests: no setting of the caller's shell reaches them."""
    kept = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    chosen = {"TANDEM_REQUIRE_SERVICES": "1", "TANDEM_ENV": "development", "TANDEM_VAR": folder}
    chosen["TANDEM_RESULTS"] = str(RESULTS)
    return kept | chosen | ({"DATABASE_URL": database_url} if database_url else {})


@dataclass
class Outcomes:
    """What became of each stage, and whether one has failed; both lanes write here."""

    held: dict[str, tuple[str, float]] = field(default_factory=dict)
    printing: threading.Lock = field(default_factory=threading.Lock)
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    stopped: bool = False

    @property
    def passed(self) -> bool:
        return not self.stopped and all(outcome == "passed" for outcome, _ in list(self.held.values()))

    def stop(self) -> None:
        """End what runs and let nothing begin."""
        self.stopped = True
        for process in list(self.running):
            process.terminate()


def run(stage: Stage, outcomes: Outcomes, output: IO[bytes] | None, niceness: int) -> bool:
    """Run a stage's commands to the first that fails; tell whether all passed. Output goes to the file."""
    with stage.database() as url, tempfile.TemporaryDirectory(prefix="tandem-tests-") as folder:
        env = environment(url, folder)
        for command in stage.commands:
            asked = ["nice", "-n", str(niceness), *command]
            process = subprocess.Popen(
                asked, cwd=ROOT, env=env, stdout=output, stderr=output, preexec_fn=die_with_parent()
            )
            outcomes.running.append(process)
            code = process.wait()
            outcomes.running.remove(process)
            if code or outcomes.stopped:
                return False
        return True


def run_lane(lane: Sequence[Stage], outcomes: Outcomes, *, alone: bool, niceness: int) -> None:
    """Run the stages of a lane in order, beginning none after a failure in either lane."""
    for stage in lane:
        if not outcomes.passed:
            return
        began = time.monotonic()
        passed = False
        try:
            passed = run_shown(stage, outcomes, alone=alone, niceness=niceness)
        finally:
            outcomes.held[stage.name] = ("passed" if passed else "failed", time.monotonic() - began)


def run_shown(stage: Stage, outcomes: Outcomes, *, alone: bool, niceness: int) -> bool:
    """Run a stage, showing its output as it comes when alone, else whole at its end."""
    with outcomes.printing:
        print(f"\n=== {stage.name}" if alone else f"=== {stage.name} begins", flush=True)
    if alone:
        return run(stage, outcomes, None, niceness)
    with tempfile.TemporaryFile() as output:
        try:
            return run(stage, outcomes, output, niceness)
        finally:
            output.seek(0)
            with outcomes.printing:
                print(f"\n=== {stage.name}", flush=True)
                shutil.copyfileobj(output, sys.stdout.buffer)
                sys.stdout.flush()


def summarise(outcomes: Outcomes, stages: Sequence[Stage]) -> None:
    print("\n=== summary")
    for stage in stages:
        outcome, seconds = outcomes.held.get(stage.name, ("not run", 0.0))
        print(f"{stage.name:<10} {outcome:<8} {seconds:6.0f} s")
    if not HAS_DEVICE:
        print(f"{GPU_STAGE.name:<10} not run: this machine has no CUDA device")


def asked_for() -> tuple[list[Stage], list[Stage]]:
    """Return the stages that the command line names, by lane; an unknown one ends the program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stages", nargs="*", metavar="STAGE", help="all by default")
    wanted = parser.parse_args().stages
    busy, waiting = planned(wanted)
    unknown = set(wanted) - {stage.name for stage in (*busy, *waiting)}
    if unknown:
        parser.error(f"this machine runs no stage {', '.join(sorted(unknown))}")
    return busy, waiting


def run_lanes(busy: Sequence[Stage], waiting: Sequence[Stage], outcomes: Outcomes) -> None:
    """Run both lanes to their ends; interrupted, end what runs first."""
    alone = not (busy and waiting)
    with tempfile.TemporaryDirectory(prefix="tandem-made-") as made, ThreadPoolExecutor(2) as lanes:
        os.environ["TANDEM_MADE"] = made  # what tests/made_once.py keeps for the other stages
        runs = [
            lanes.submit(run_lane, busy, outcomes, alone=alone, niceness=0 if alone else NICENESS),
            lanes.submit(run_lane, waiting, outcomes, alone=alone, niceness=0),
        ]
        try:
            for each in runs:
                each.result()
        except KeyboardInterrupt:
            outcomes.stop()
            raise


def tabulate(outcomes: Outcomes) -> None:
    """Write the table of requirements; tests that were not reached stand in it as not run."""
    everything = {stage.name for lane in planned([]) for stage in lane}
    if not (outcomes.passed and everything == outcomes.held.keys()):
        env = environment("", str(RESULTS))
        noted = module("pytest", "-q", "--collect-only", "-p", "no:cacheprovider")
        subprocess.run(noted, cwd=ROOT, env=env, check=False, stdout=subprocess.DEVNULL)
    subprocess.run(module("scripts.requirements_table", str(RESULTS)), cwd=ROOT, check=False)


def main() -> int:
    busy, waiting = asked_for()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    outcomes = Outcomes()
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True)
    try:
        run_lanes(busy, waiting, outcomes)
    finally:
        summarise(outcomes, [*busy, *waiting])
        tabulate(outcomes)
    return 0 if outcomes.passed else 1


if __name__ == "__main__":
    sys.exit(main())
