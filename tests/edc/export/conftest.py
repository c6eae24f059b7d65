"""People who take data out, a snapshot, and a way to make packages as the worker does."""

from zipfile import ZipFile

import pytest

from edc.models import Export, SnapshotRequest
from edc.services import background
from edc.services.export import path_of, request_export
from edc.services.export_make import make
from edc.services.snapshot import freeze, request_snapshot


@pytest.fixture(autouse=True)
def _exports_of_the_test(tmp_path, settings):
    settings.EXPORT_DIR = tmp_path / "exports"


@pytest.fixture
def meg(member):
    return member("meg", "data_manager", study_wide=True)


@pytest.fixture
def freezing(study, meg):
    """A function that freezes the study now."""

    def now(name="First", during=None):
        asked = request_snapshot(study=study, name=name, note="", actor=meg)
        work = background.claim(SnapshotRequest, asked.pk, f"task-{asked.pk}", "worker")

        def report(percent, step):
            background.report(work, percent, step)
            if during and percent == 90:
                during()

        return freeze(work, report)

    return now


@pytest.fixture
def packing(meg):
    """A function that asks for a package and makes it; returns the row and the zip."""

    def now(snapshot, *formats, actor=meg, **more):
        fields = {"kind": "package", "profile": "full", "sites": [], "language": "zh"} | more
        export = request_export(snapshot=snapshot, formats=formats, purpose="Interim", actor=actor, **fields)
        work = background.claim(Export, export.pk, f"task-{export.pk}", "worker")
        made = make(work, lambda percent, step: background.report(work, percent, step))
        return made, ZipFile(path_of(made))

    return now
