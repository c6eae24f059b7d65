"""Temporary folders of a test's own: a backup clears what others left in the common one."""

import tempfile

import pytest


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path_factory, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temporary")))
