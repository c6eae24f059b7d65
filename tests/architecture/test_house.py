"""The house rules that no linter knows."""

import ast
import re
import subprocess
import sys

import pytest

from tests.architecture.source_tree import ROOT, name_of, project_files, python_files

VAGUE = {"utils", "util", "helpers", "helper", "common", "base", "misc", "managers"}
APPS = ("edc", "imaging", "modeling", "config")
LONGEST_FUNCTION = 40
# Folders of somebody's machine; put together here so that this file does not contain one.
MACHINE_PATH = re.compile(
    r"(?<![\w.~-])/(?:" + "|".join(["work", "root", "Users", "home/(?!tandem)"]) + r")/?\b[\w./-]*"
)
TEXT = {
    ".py",
    ".md",
    ".yml",
    ".yaml",
    ".json",
    ".js",
    ".css",
    ".html",
    ".toml",
    ".txt",
    ".sh",
    ".csv",
    ".po",
    "",
}


def limit_of(name: str) -> int:
    return 500 if name.startswith("tests/") else 400


def test_no_python_file_is_longer_than_the_house_allows():
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in python_files()}

    assert {name: length for name, length in lengths.items() if length > limit_of(name)} == {}


def test_no_function_is_longer_than_forty_lines():
    long = [
        f"{name_of(path)}:{node.lineno} {node.name} ({node.end_lineno - node.lineno + 1} lines)"
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]

    assert long == []


def test_no_module_has_a_vague_name():
    parts = {name_of(path): {*path.relative_to(ROOT).parts[:-1], path.stem} for path in python_files()}

    assert {name for name, found in parts.items() if found & VAGUE} == set()


def test_no_business_rule_hides_in_a_signal():
    imported = [
        f"{name_of(path)}: {module}"
        for path in python_files()
        if path.relative_to(ROOT).parts[0] in APPS
        for module in modules_imported_by(ast.parse(path.read_text()))
        if module.startswith(("django.db.models.signals", "django.dispatch", "django.core.signals"))
    ]

    assert imported == []


def modules_imported_by(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


def test_no_file_names_a_folder_of_somebodys_machine():
    found = {
        name_of(path): match.group()
        for path in project_files()
        if path.suffix in TEXT and path.name != "package-lock.json"
        for match in MACHINE_PATH.finditer(path.read_text(errors="ignore"))
    }

    assert found == {}


def test_rows_that_the_trail_refers_to_are_held_without_their_key():
    """A writer of an event holds the trail's head and waits for a row held with its key; its holder waits for
    the head: PostgreSQL ends one of the two."""
    held = re.compile(
        r"\b(?:(?:User|Study|Site|Subject)\.objects|subjects|people)[\w().\"]*\.select_for_update\((.*)"
    )

    found = [
        f"{name_of(path)}: {match.group()}"
        for path in python_files()
        if path.relative_to(ROOT).parts[0] in APPS
        for match in held.finditer(path.read_text())
        if "no_key=True" not in match.group(1)
    ]

    assert found == []


def test_imports_keep_to_the_contracts():
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]

    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert outcome.returncode == 0, outcome.stdout


@pytest.mark.parametrize("module", ["config.wsgi", "config.urls"])
def test_a_web_process_never_loads_torch(module):
    code = f"import django; django.setup(); import {module}, sys; sys.exit('torch' in sys.modules)"

    outcome = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)

    assert outcome.returncode == 0, outcome.stderr
