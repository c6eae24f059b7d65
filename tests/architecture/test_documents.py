"""The documents of the platform are versioned with it: they lie beside the code and do not fall behind it."""

import re
import shutil
import subprocess

import pytest

from edc.audit import HASHED_FIELDS
from tests.architecture.source_tree import ROOT

SETTING = re.compile(r'(?:env\.\w+|_secret)\(\s*"([A-Z_]+)"')


def words_of(*names: str) -> str:
    return "\n".join((ROOT / "docs" / name).read_text() for name in names)


@pytest.mark.requirement("P11")
def test_every_setting_that_the_code_reads_is_explained():
    read = set(SETTING.findall((ROOT / "config/settings.py").read_text()))
    explained = set(re.findall(r"`([A-Z_]+)`", words_of("operators/settings.md")))

    assert len(read) > 40
    assert read - explained == set()


@pytest.mark.requirement("P11")
def test_every_command_is_explained():
    commands = {path.stem for path in ROOT.glob("*/management/commands/[a-z]*.py")}
    documents = "\n".join(path.read_text() for path in [*ROOT.glob("docs/**/*.md"), ROOT / "README.md"])

    assert {each for each in commands if each not in documents} == set()


@pytest.mark.requirement("P11")
@pytest.mark.skipif(not (ROOT / ".git").exists() or not shutil.which("git"), reason="needs the repository")
def test_every_document_is_under_version_control_with_the_code():
    told = subprocess.run(["git", "ls-files", "docs"], cwd=ROOT, capture_output=True, text=True, check=True)
    known = set(told.stdout.splitlines())
    here = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "docs").rglob("*.md")
        if "results" not in path.relative_to(ROOT).parts
    }

    assert here
    assert here - known == set()


@pytest.mark.requirement("P11")
def test_every_link_between_documents_leads_somewhere():
    broken = []
    for path in (ROOT / "docs").rglob("*.md"):
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text()):
            if not (path.parent / target).exists():
                broken.append(f"{path.name} → {target}")

    assert broken == []


@pytest.mark.requirement("I7")
def test_of_every_field_of_the_trail_it_is_decided_whether_it_is_kept_and_reviewed():
    decided = set(re.findall(r"`(\w+)`", words_of("validation/metadata.md")))

    assert set(HASHED_FIELDS) - decided == set()
