"""Tasks of the worker: the steps of an analysis, the demonstration model, the rescue of lost runs."""

import logging
import time
from typing import Any

from celery import Task, shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError

from edc import audit
from edc.errors import Unavailable
from edc.models import Study, User
from imaging.archive import ArchiveUnavailable
from imaging.seg.refusal import SegmentationRefused
from modeling.engines.errors import EngineError
from modeling.services import runs
from modeling.services.training import keep_trained, note_failed_training

logger = logging.getLogger(__name__)
DATABASE_RETRIES = 60
DATABASE_PAUSE_SECONDS = 30


class RunTask(Task):
    """A task about one run; whatever ends it badly is written on the run."""

    acks_late = True
    reject_on_worker_lost = True
    autoretry_for = (Unavailable, ArchiveUnavailable)
    retry_backoff = 2
    retry_backoff_max = 60
    max_retries = 5
    throws = (EngineError, SegmentationRefused)  # expected: logged without a traceback

    def on_failure(
        self, exc: Exception, task_id: str, args: tuple, kwargs: dict[str, Any], einfo: object
    ) -> None:
        code, zh, en = cause_of(exc)
        with audit.channel("task"):
            runs.end_run_badly(run_id=kwargs["run_id"], task_id=task_id, code=code, zh=zh, en=en)


def cause_of(error: BaseException) -> tuple[str, str, str]:
    """Return the stable code of what ended a run and its text in Chinese and English, naming no person."""
    if isinstance(error, EngineError | SegmentationRefused):
        return error.code.lower(), error.message["zh"], error.message["en"]
    if isinstance(error, Unavailable | ArchiveUnavailable):
        return (
            "archive_unavailable",
            "影像档案库没有应答，已重试五次。确认档案库运行后重新分析。",
            "The image archive did not answer, five times. Check that it runs and start the analysis again.",
        )
    if isinstance(error, SoftTimeLimitExceeded):
        return (
            "time_limit",
            "任务超过时间上限，已停止。缩小影像范围或联系管理员提高上限。",
            "The run took longer than allowed and was stopped. Ask the administrator to raise the limit.",
        )
    return (
        "internal_error",
        f"程序错误（{type(error).__name__}）。把运行编号和时间告诉管理员。",
        f"A fault of the program ({type(error).__name__}). Tell the administrator the run's number and time.",
    )


def _work(task: Task, run_id: int) -> None:
    """Do the run's step; while the database does not answer, come back to it for half an hour."""
    try:
        _do(task, run_id)
    except (OperationalError, InterfaceError) as error:
        # Nothing can be written on the run, and to the rescue its worker is alive and at work.
        pause = min(2**task.request.retries, DATABASE_PAUSE_SECONDS)
        raise task.retry(exc=error, countdown=pause, max_retries=DATABASE_RETRIES) from error


def _do(task: Task, run_id: int) -> None:
    """Claim the run, do its step, store the result; a run finished or held by another is left alone."""
    # The engines are loaded here and not above: the scheduler imports this module, and needs no torch.
    from modeling.pipeline import STEPS

    with audit.channel("task", request_id=task.request.id):
        run = runs.claim_run(run_id=run_id, task_id=task.request.id, worker=task.request.hostname or "")
        if run is None:
            return
        started = time.perf_counter()

        def report(percent: int, text: str) -> None:
            runs.report_progress(run=run, percent=percent, text=text)

        try:
            result = STEPS[run.step](run, report)
        except runs.RunCancelled:
            runs.end_cancelled(run=run)
            return
        about = {**result.provenance, "seconds": round(time.perf_counter() - started, 2)}
        if not runs.complete_run(run=run, provenance=about, output=result.output, rows=result.rows):
            runs.end_cancelled(run=run)


@shared_task(base=RunTask, bind=True)
def segment_lesion(self: Task, *, run_id: int) -> None:
    """Take the given mask, or grow one from the seed."""
    _work(self, run_id)


@shared_task(base=RunTask, bind=True)
def extract_radiomics(self: Task, *, run_id: int) -> None:
    """Extract radiomics of every phase."""
    _work(self, run_id)


@shared_task(base=RunTask, bind=True)
def embed_volume(self: Task, *, run_id: int) -> None:
    """Embed every phase with the model's encoder."""
    _work(self, run_id)


@shared_task(base=RunTask, bind=True)
def score_subject(self: Task, *, run_id: int) -> None:
    """Score the subject, or abstain."""
    _work(self, run_id)


@shared_task
def fail_overdue_runs() -> dict[str, int]:
    """Queue again what dead workers left, fail what has had its attempts, and send lost messages again."""
    with audit.channel("task"):
        counts = runs.rescue_runs()
    if any(counts.values()):
        logger.warning("rescued runs: %s", counts)
    return counts


@shared_task(bind=True)
def train_demo_model(self: Task, *, study_id: int, actor_id: int) -> None:
    """Train the demonstration model on the synthetic cohort and register it in the actor's name, as a draft.

    A study that has it already is left alone. A failure is written in the audit, where who waits finds it.
    """
    study, actor = Study.objects.get(pk=study_id), User.objects.get(pk=actor_id)
    with audit.channel("task", request_id=self.request.id):
        try:
            keep_trained(study=study, actor=actor, train=_train)
        except Exception as error:
            note_failed_training(study=study, actor=actor, cause=type(error).__name__)
            raise


def _train() -> tuple[bytes, dict]:
    from modeling.pipeline.demo_model import train

    return train()
