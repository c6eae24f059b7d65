"""Everything that is imported is pinned, and nothing is left to chance."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.architecture.source_tree import ROOT, name_of, python_files

RUNTIME = ("config", "edc", "imaging", "modeling", "manage.py")
OWN = {
    "config",
    "edc",
    "imaging",
    "modeling",
    "tests",
    "scripts",
    "benchmarks",
    "frontend",
    "django_stubs_ext",
}
PIN = re.compile(r"^[A-Za-z0-9._-]+==[0-9][\w.]*$")


def lines_of(name: str) -> list[str]:
    lines = (line.strip() for line in (ROOT / name).read_text().splitlines())
    return [line for line in lines if line and not line.startswith(("#", "-r"))]


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(*names: str) -> set[str]:
    return {normalised(line.partition("==")[0]) for name in names for line in lines_of(name)}


def imported_by(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - OWN


def unpinned(paths: list[Path], pins: set[str]) -> dict[str, list[str]]:
    """Map each imported package that no pinned distribution provides to the files that import it."""
    providers = packages_distributions()
    missing: dict[str, list[str]] = {}
    for path in paths:
        for package in imported_by(path):
            if not {normalised(name) for name in providers.get(package, [])} & pins:
                missing.setdefault(package, []).append(name_of(path))
    return missing


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-build.txt", "requirements-dev.txt"])
def test_every_requirement_is_an_exact_pin_of_the_default_index(name):
    assert [line for line in lines_of(name) if not PIN.match(line)] == []


def test_the_platform_imports_only_what_the_runtime_requirements_pin():
    paths = [path for path in python_files(migrations=True) if path.relative_to(ROOT).parts[0] in RUNTIME]

    assert unpinned(paths, pinned("requirements.txt")) == {}


def test_tests_and_scripts_import_only_what_is_pinned():
    pins = pinned("requirements.txt", "requirements-build.txt", "requirements-dev.txt")
    # A folder of tests finds its neighbours by their plain names.
    local = {path.stem for path in python_files()}

    assert {name: files for name, files in unpinned(python_files(), pins).items() if name not in local} == {}


def test_the_same_package_is_pinned_to_one_version():
    versions: dict[str, set[str]] = {}
    for name in ("requirements.txt", "requirements-build.txt", "requirements-dev.txt"):
        for line in lines_of(name):
            package, _, version = line.partition("==")
            versions.setdefault(normalised(package), set()).add(version)

    assert {package: found for package, found in versions.items() if len(found) > 1} == {}
