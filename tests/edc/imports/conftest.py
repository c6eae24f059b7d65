"""Short ways to bring a file into the small study as a data manager."""

import csv
import io

import pytest

from edc.models import ImportBatch
from edc.services.data_import.batches import request_check, upload_file
from edc.services.data_import.commit import commit_batch, request_commit
from edc.services.data_import.dry_run import check_batch

COLUMNS = {"subject": "SUBJID", "site": "SITE", "event": "VISIT", "row": "ROW"}
ITEMS = {
    name: {"item": oid}
    for name, oid in {
        "ICTYPE": "IT.IC.ICTYPE", "ICDAT": "IT.IC.ICDAT", "ENRDAT": "IT.ENR.ENRDAT",
        "COHORT": "IT.ENR.COHORT",
        "INDEXDAT": "IT.ENR.INDEXDAT", "SEX": "IT.DM.SEX", "AGE": "IT.DM.AGE", "NOTE": "IT.DM.NOTE",
        "BILI": "IT.LBC.BILI", "ALB": "IT.LBC.ALB", "BILDIR": "IT.LBC.BILDIR", "ALBI": "IT.LBC.ALBI",
        "DRUG": "IT.TXS.DRUG", "DOSE": "IT.TXS.DOSE", "PARTS": "IT.TXS.PARTS",
    }.items()
}  # fmt: skip
CONSENT = {"VISIT": "SE.SCREEN", "ICTYPE": "SIGNED", "ICDAT": "2026-06-01"}


def csv_of(*lines):
    """Return a CSV of dictionaries as bytes, with the headings of them all."""
    headings = list(dict.fromkeys(name for line in lines for name in line))
    file = io.StringIO()
    writer = csv.DictWriter(file, headings, restval="")
    writer.writeheader()
    writer.writerows(lines)
    return file.getvalue().encode("utf-8-sig")


def mapping_for(*lines, **more):
    """Return the wide mapping of the columns that the lines have."""
    there = {name for line in lines for name in line}
    columns = {place: name for place, name in COLUMNS.items() if name in there}
    items = {name: each for name, each in ITEMS.items() if name in there}
    return {"shape": "wide", "columns": columns, "items": items, **more}


@pytest.fixture
def manager(member):
    """A data manager of the first site."""
    return member("meg", "data_manager")


@pytest.fixture
def checked(study, manager):
    """Return a function that uploads lines and does the dry run."""

    def run(*lines, actor=None, content=None, **more):
        actor = actor or manager
        chunks = [content or csv_of(*lines)]
        batch = upload_file(study=study, file_name="lab.csv", chunks=chunks, actor=actor)
        request_check(batch=batch, mapping=mapping_for(*lines, **more), actor=actor)
        check_batch(batch_id=batch.pk)
        batch.refresh_from_db()
        return batch

    return run


@pytest.fixture
def imported(checked, manager):
    """Return a function that uploads, checks and commits lines."""

    def run(*lines, **more):
        batch = checked(*lines, **more)
        request_commit(batch=batch, reason="Laboratory file of June", actor=manager)
        commit_batch(batch_id=batch.pk)
        return ImportBatch.objects.get(pk=batch.pk)

    return run


@pytest.fixture(autouse=True)
def _store(settings, tmp_path):
    settings.ARTIFACT_DIR = tmp_path
