"""Long files begin first: begun last, one of them would keep a single process busy at the end of a stage."""

import pytest

# By what they take, the longest first.
LONG = (
    "tests/architecture/test_url_walk.py",
    "tests/architecture/test_url_walk_elsewhere.py",
    "tests/modeling/worker/test_worker.py",
    "tests/edc/web/test_entry_every_form.py",
    "tests/architecture/test_isolation_probe.py",
    "tests/contracts/test_broker.py",
    "tests/modeling/pipeline/test_chain.py",
    "tests/modeling/engines/test_scoring.py",
)
PLACES = {name: place for place, name in enumerate(LONG)}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of the long files before all others, whose order stays."""
    items.sort(key=lambda item: PLACES.get(item.nodeid.partition("::")[0], len(LONG)))
