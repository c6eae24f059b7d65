"""Options, the private servers, and the folder of real data; factories come from tests/factories."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.test import FOLDERS
from tests.services import postgres, redis

ROOT = Path(__file__).resolve().parent.parent
# A factory module that offers no fixture is imported where it is used.
pytest_plugins = ["tests.requirement_results", "tests.long_first", "tests.migrated"] + sorted(
    f"tests.factories.{path.stem}"
    for path in ROOT.glob("tests/factories/*.py")
    if "@pytest.fixture" in path.read_text()
)
DATABASE_FIXTURES = frozenset({"db", "transactional_db", "live_server", "django_db_reset_sequences"})


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and never among what was imported: that took a tenth of the time."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database-only", action="store_true", help="run only the tests that use the database")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        for server in servers_of(item):
            item.add_marker(server)
        stands_where_its_stage_looks(item)
    if not config.getoption("--database-only"):
        return
    dropped = [item for item in items if not uses_database(item)]
    items[:] = [item for item in items if uses_database(item)]
    config.hook.pytest_deselected(items=dropped)


def servers_of(item: pytest.Item) -> list[str]:
    """Return the markers of the servers a test uses, told by its fixtures, parameters or name."""
    used = set(getattr(item, "fixturenames", ()))
    if hasattr(item, "callspec"):
        used |= {value for value in item.callspec.params.values() if isinstance(value, str)}
    named = item.name.partition("[")[0].split("_")
    return [marker for marker in ("redis", "orthanc") if {marker, f"{marker}_url"} & used or marker in named]


def stands_where_its_stage_looks(item: pytest.Item) -> None:
    """End the run where a test that needs a server would be collected by no stage."""
    for marker, folders in FOLDERS.items():
        if item.get_closest_marker(marker) and not item.nodeid.startswith(tuple(f"{f}/" for f in folders)):
            raise pytest.UsageError(f"{item.nodeid}: scripts/test.py looks for {marker} in {folders} only")


def uses_database(item: pytest.Item) -> bool:
    """Tell whether the outcome may depend on the database server."""
    fixtures = DATABASE_FIXTURES.intersection(getattr(item, "fixturenames", ()))
    return bool(fixtures) or item.get_closest_marker("django_db") is not None


def skip_or_fail(reason: str) -> None:
    """Skip, or fail where `make test` has promised that everything is installed."""
    if os.environ.get("TANDEM_REQUIRE_SERVICES"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real images, forms and oracles beside the checkout."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the folder ../shared/data beside the checkout")
    return folder


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """DATABASE_URL of a private PostgreSQL."""
    if postgres.programs() is None:
        skip_or_fail("needs the Debian package postgresql")
    with postgres.running_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """BROKER_URL of a private Redis."""
    if redis.program() is None:
        skip_or_fail("needs the Debian package redis-server")
    with redis.running_redis() as url:
        yield url
