"""One browser and one running platform for all journeys; each test logs its own people in."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.journeys.person import ROOT, SLOW, Person
from tests.services.tandem import NOT_INHERITED, running_platform

expect.set_options(timeout=SLOW / 2)
CHROMIUM = Path("/usr/bin/chromium")
# Cornerstone needs WebGL, which a machine without a graphics card has from SwiftShader only.
SOFTWARE_GL = [
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    # The pages themselves are drawn without it: that takes a fifth of the processor time.
    "--disable-gpu-compositing",
]
QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@dataclass(frozen=True)
class Platform:
    """A platform that runs with demonstration data, and the folder it keeps."""

    address: str
    var: Path

    def password_of(self, username: str) -> str:
        users = json.loads((self.var / "demo-credentials.json").read_text())["users"]
        return next(each["password"] for each in users if each["username"] == username)

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a management command on the platform's data."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=environment(self.var),
            capture_output=True,
            text=True,
            timeout=120,
        )


def environment(var: Path) -> dict[str, str]:
    """Return the variables of a process on the platform's data, whatever the tests themselves run with."""
    kept = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    return kept | {"TANDEM_VAR": str(var), "DJANGO_SETTINGS_MODULE": "config.settings"}


class LogIn(Protocol):
    def __call__(self, username: str, platform: Platform | None = None, **options: Any) -> Person: ...


@pytest.fixture(scope="package")
def built() -> None:
    """The front end as frontend/build.py makes it."""
    subprocess.run([sys.executable, str(ROOT / "frontend" / "build.py")], cwd=ROOT, check=True, timeout=540)


@pytest.fixture(scope="package")
def chromium(built: None) -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("needs Debian's chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=[*QUIET, *SOFTWARE_GL])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def prepared(built: None, migrated_sqlite: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demonstration in it, made by the first start of a platform that has its tables.

    TANDEM_JOURNEYS_FROM may name the folder of a stopped platform to copy, which saves a minute.
    """
    var = tmp_path_factory.mktemp("journeys") / "var"
    if "TANDEM_JOURNEYS_FROM" in os.environ:
        return Path(shutil.copytree(os.environ["TANDEM_JOURNEYS_FROM"], var))
    var.mkdir()
    (var / "tandem.sqlite3").write_bytes(migrated_sqlite)
    with running_platform(var=var, demo=True):
        return var


@pytest.fixture(scope="package")
def platform(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The platform that the tests of this folder share."""
    var = Path(shutil.copytree(prepared, tmp_path_factory.mktemp("shared-platform") / "var"))
    with running_platform(var=var, demo=True) as address:
        yield Platform(address, var)


@pytest.fixture
def log_in(chromium: Browser, platform: Platform) -> Iterator[LogIn]:
    """Log somebody in at a browser of their own; what went wrong behind their pages fails the test."""
    people: list[Person] = []

    def enter(username: str, at: Platform | None = None, **options: Any) -> Person:
        place = at or platform
        person = Person(chromium, place.address, username, place.password_of(username), **options)
        people.append(person)
        return person.log_in()

    yield enter
    for person in people:
        if not person.page.is_closed():
            person.picture(f"last-{person.username}")
        person.close()
    assert [fault for person in people for fault in person.faults] == []
