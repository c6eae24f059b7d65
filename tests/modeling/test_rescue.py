"""Runs whose worker died: told by its silence, or by its coming back under the same name."""

from datetime import timedelta

import pytest
from django.utils import timezone

from edc import heartbeat
from modeling.models import Analysis, ModelVersion, Run
from modeling.services.runs import MAX_ATTEMPTS, rescue_runs
from tests.factories.imaging import ImagingStudyFactory
from tests.factories.models import UserFactory

pytestmark = pytest.mark.django_db
WORKER = "gpu@here"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def run():
    """A run that a worker took a minute ago and last reported on ten seconds ago."""
    images, person, now = ImagingStudyFactory(), UserFactory(), timezone.now()
    model = ModelVersion.objects.create(
        study=images.subject.study, name="m", version="1", manifest={}, manifest_sha256="a" * 64,
        weights_sha256="b" * 64, registered_by=person,
    )  # fmt: skip
    analysis = Analysis.objects.create(
        subject=images.subject, imaging_study=images, model_version=model, requested_by=person
    )
    return Run.objects.create(
        analysis=analysis, step="segment", ordinal=0, status="running", task_id="t", worker=WORKER,
        attempts=1, started_at=now - timedelta(minutes=1), heartbeat_at=now - timedelta(seconds=10),
    )  # fmt: skip


def worker_lives(*, since: timedelta, last: timedelta = timedelta(0)) -> None:
    now = timezone.now()
    heartbeat.beat(name=WORKER, now=now - last, since=now - since)


@pytest.mark.parametrize(
    ("since", "last", "silent", "status"),
    [
        # The worker lives since before the run: it works, however long it says nothing.
        (timedelta(hours=1), timedelta(0), timedelta(seconds=10), "running"),
        (timedelta(hours=1), timedelta(0), timedelta(minutes=5), "running"),
        # It came back after it had taken the run: that life is over.
        (timedelta(seconds=5), timedelta(0), timedelta(seconds=10), "queued"),
        # It died and stayed away.
        (timedelta(hours=1), timedelta(minutes=5), timedelta(minutes=5), "queued"),
        (timedelta(hours=1), timedelta(seconds=10), timedelta(seconds=10), "running"),
    ],
)
def test_a_run_is_queued_again_when_the_life_that_held_it_is_over(run, since, last, silent, status):
    Run.objects.update(heartbeat_at=timezone.now() - silent)
    worker_lives(since=since, last=last)

    rescue_runs()

    run.refresh_from_db()
    assert run.status == status


def test_the_last_attempt_fails_with_its_cause(run):
    Run.objects.update(attempts=MAX_ATTEMPTS)
    worker_lives(since=timedelta(seconds=5))

    assert rescue_runs()["failed"] == 1

    run.refresh_from_db()
    assert (run.status, run.error_code) == ("failed", "worker_lost")
