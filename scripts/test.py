"""Run every check and test in stages, ending after the first that fails (`-m scripts.test [STAGE …]`)."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from tests.services.postgres import running_postgres

ROOT = Path(__file__).resolve().parent.parent
# What became of the tests that show a requirement, and the table of the last run (docs/validation/README.md).
RESULTS = ROOT / "docs" / "validation" / "results"
BIN = Path(sys.executable).parent
NEEDS_SERVER = ("redis", "orthanc", "production", "browser", "gpu")
PLAIN = " and ".join(f"not {marker}" for marker in NEEDS_SERVER)
# What the tests must not inherit from the shell they are started in.
SETTINGS = {"DATABASE_URL", "BROKER_URL", "ARCHIVE_URL", "SECRET_KEY", "PSEUDONYM_SECRET", "TANDEM_VAR"}
SETTINGS |= {"ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "DEBUG", "PORT", "TANDEM_ROW_SCOPE"}
# Each process holds about a gigabyte: torch, SimpleITK and the studies' designs.
PARALLEL = ("-n", str(min(max(os.cpu_count() or 2, 2), 6)), "--dist", "loadfile")
# Long walks over pages whose queries other tests make on both servers.
WALKS = ("tests/architecture", "tests/i18n", "tests/edc/web/test_entry_every_form.py")
WITHOUT_WALKS = tuple(f"--ignore={path}" for path in WALKS)


def tool(name: str, *arguments: str) -> list[str]:
    return [str(BIN / name), *arguments]


def module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


def pytest(expression: str, *arguments: str) -> list[str]:
    return module("pytest", "-q", "-rfEs", "--durations=20", "-m", expression, *arguments)


@dataclass(frozen=True)
class Stage:
    """A named list of commands; `database` yields the DATABASE_URL they run under."""

    name: str
    commands: Sequence[Sequence[str]]
    database: Callable[[], AbstractContextManager[str]] = lambda: nullcontext("")


STAGES = (
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
    Stage("redis", [pytest("redis")]),
    Stage("orthanc", [pytest("orthanc")]),
    Stage("production", [pytest("production")]),
    Stage("browser", [pytest("browser")]),
)
GPU_STAGE = Stage("gpu", [pytest("gpu")])


def planned() -> tuple[Stage, ...]:
    """Return the stages for this machine: the device comparison only where there is a device."""
    return (*STAGES, GPU_STAGE) if shutil.which("nvidia-smi") else STAGES


def environment(database_url: str, folder: str) -> dict[str, str]:
    """Return the variables of the tests: no setting of the caller's shell reaches them."""
    kept = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    chosen = {"TANDEM_REQUIRE_SERVICES": "1", "TANDEM_ENV": "development", "TANDEM_VAR": folder}
    chosen["TANDEM_RESULTS"] = str(RESULTS)
    return kept | chosen | ({"DATABASE_URL": database_url} if database_url else {})


def run(stage: Stage) -> bool:
    """Run a stage's commands to the first that fails; tell whether all passed."""
    print(f"\n=== {stage.name}", flush=True)
    with stage.database() as url, tempfile.TemporaryDirectory(prefix="tandem-tests-") as folder:
        env = environment(url, folder)
        return all(subprocess.run(command, cwd=ROOT, env=env).returncode == 0 for command in stage.commands)


def summarise(results: dict[str, tuple[str, float]], stages: Sequence[Stage]) -> None:
    print("\n=== summary")
    for stage in stages:
        outcome, seconds = results.get(stage.name, ("not run", 0.0))
        print(f"{stage.name:<10} {outcome:<8} {seconds:6.0f} s")
    if GPU_STAGE not in stages:
        print(f"{GPU_STAGE.name:<10} not run: this machine has no CUDA device")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stages", nargs="*", metavar="STAGE", help="all by default")
    wanted = parser.parse_args().stages
    stages = [stage for stage in planned() if not wanted or stage.name in wanted]
    results: dict[str, tuple[str, float]] = {}
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True)
    try:
        for stage in stages:
            began = time.monotonic()
            results[stage.name] = ("failed", 0.0)
            passed = run(stage)
            results[stage.name] = ("passed" if passed else "failed", time.monotonic() - began)
            if not passed:
                break
    finally:
        summarise(results, stages)
        subprocess.run(module("scripts.requirements_table", str(RESULTS)), cwd=ROOT, check=False)
    return 0 if all(outcome == "passed" for outcome, _ in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
