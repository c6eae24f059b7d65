"""The subject in an archive of its own, and a model trained once."""

from collections.abc import Iterator
from functools import partial

import pytest
from django.db import transaction
from django.test import override_settings

from modeling.models import Analysis, Run
from modeling.pipeline import STEPS
from modeling.services.runs import claim_run, complete_run, report_progress
from modeling.synthetic import TRAINING_SIZE, make_case
from tests.modeling.pipeline.made import PERSON, Prepared, design_of_study, make_subject


@pytest.fixture(scope="module")
def own_folders(tmp_path_factory) -> Iterator[None]:
    """Let everything that is written in this module lie in a folder of its own."""
    home = tmp_path_factory.mktemp("chain")
    folders = {
        "VAR_DIR": home,
        "ARCHIVE_URL": f"folder://{home}/archive",
        "MODEL_DIR": home / "models",
        "UPLOAD_DIR": home / "uploads",
    }
    with override_settings(**folders):
        yield


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker, own_folders, trained) -> Iterator[Prepared]:
    """The subject, made once for the module in a transaction that is taken back at its end."""
    case = make_case(PERSON.seed, size=TRAINING_SIZE)
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_subject(design_of_study(), trained, case)
        transaction.set_rollback(True)


@pytest.fixture
def prepared(made: Prepared, db: None) -> Prepared:
    """The subject; what a test changes is taken back after it."""
    return made


def work_through(analysis: Analysis) -> list[Run]:
    """Do the steps one after the other as the tasks do, and return the runs."""
    for pk in analysis.runs.order_by("ordinal").values_list("pk", flat=True):
        run = claim_run(run_id=pk, task_id=f"task-{pk}", worker="here")
        assert run is not None
        result = STEPS[run.step](run, partial(_report, run))
        assert complete_run(run=run, provenance=result.provenance, output=result.output, rows=result.rows)
    return list(analysis.runs.order_by("ordinal"))


def _report(run: Run, percent: int, text: str) -> None:
    report_progress(run=run, percent=percent, text=text)
