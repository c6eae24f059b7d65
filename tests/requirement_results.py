"""Keeps what became of the tests that show a requirement, for the table of docs/validation.

A test says `@pytest.mark.requirement("P5", "N2")`. Where TANDEM_RESULTS names a folder, each pytest process
leaves a JSON file there: of every such test its requirements, and its outcome where it ran.
"""

import json
import os
import uuid
from pathlib import Path

import pytest
import yaml

REQUIREMENTS = Path(__file__).resolve().parent.parent / "docs" / "validation" / "requirements.yaml"
RESULTS: dict[str, dict] = {}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Note each marked test before any is left out; a number that no requirement has ends the run."""
    known: set[str] = set()
    for item in items:
        named = sorted({name for mark in item.iter_markers("requirement") for name in mark.args})
        if named:
            known = known or {each["id"] for each in yaml.safe_load(REQUIREMENTS.read_text("utf-8"))}
            if not known.issuperset(named):
                raise pytest.UsageError(f"{item.nodeid}: no requirement is numbered {named}")
            item.user_properties.extend(("requirement", name) for name in named)
            RESULTS[item.nodeid] = {"requirements": named, "outcome": ""}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep the worst of set-up, call and tear-down; the reports of other processes come here too."""
    named = sorted({value for name, value in report.user_properties if name == "requirement"})
    if not named or (report.when != "call" and report.passed):
        return
    held = RESULTS.setdefault(report.nodeid, {"requirements": named, "outcome": ""})
    if held["outcome"] != "failed":
        held["outcome"] = report.outcome


def pytest_sessionfinish(session: pytest.Session) -> None:
    folder = os.environ.get("TANDEM_RESULTS")
    if folder and not hasattr(session.config, "workerinput") and RESULTS:
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / f"{uuid.uuid4().hex}.json").write_text(json.dumps(RESULTS, indent=1))
