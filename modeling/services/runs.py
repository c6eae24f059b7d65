"""Runs as a worker sees them: claimed once, reported on, completed or failed, never left hanging."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import reduce
from operator import or_

from django.conf import settings
from django.db import transaction
from django.db.models import F, Model, Q, QuerySet
from django.utils import timezone

from edc import audit, jobs
from edc.heartbeat import worker_ages, worker_starts
from modeling.models import Run
from modeling.services.analysis import queue_next, send

MAX_ATTEMPTS = 3
SILENCE = timedelta(seconds=90)
RESEND_AFTER = timedelta(minutes=2)
READ_WITH = (
    "analysis__subject__site",
    "analysis__subject__design_version",
    "analysis__imaging_study__form__event",
    "analysis__model_version",
    "analysis__segmentation__series__imaging_study",
)
Status = Run.Status


class RunCancelled(Exception):
    """Somebody asked for the analysis to stop; raised at a step's next report of progress."""


def claim_run(*, run_id: int, task_id: str, worker: str) -> Run | None:
    """Take a queued run for this task, or go on with one this very task held; None when it is not to be done.

    One UPDATE decides, so that of two messages about one run only one works.
    """
    mine = Q(status=Status.QUEUED) | Q(status=Status.RUNNING, task_id=task_id)
    now = timezone.now()
    taken = Run.objects.filter(mine, pk=run_id, analysis__cancel_requested_at__isnull=True).update(
        status=Status.RUNNING, task_id=task_id, worker=worker[:120], started_at=now, heartbeat_at=now,
        attempts=F("attempts") + 1, progress=0, error_code="", error_zh="", error_en="",
    )  # fmt: skip
    return Run.objects.select_related(*READ_WITH).get(pk=run_id) if taken else None


def report_progress(*, run: Run, percent: int, text: str = "") -> None:
    """Write how far the run is; raises RunCancelled when it was cancelled or taken by another task."""
    updated = Run.objects.filter(
        pk=run.pk, status=Status.RUNNING, task_id=run.task_id, analysis__cancel_requested_at__isnull=True
    ).update(progress=percent, progress_text=text[:120], heartbeat_at=timezone.now())
    if not updated:
        raise RunCancelled(f"run {run.pk}")


@transaction.atomic
def complete_run(
    *, run: Run, provenance: Mapping[str, object], output: Mapping[str, object], rows: Sequence[Model] = ()
) -> bool:
    """Store what the run made and queue the next step.

    `rows` are inserted in the same transaction. False, and nothing is stored, when the run was cancelled or
    is no longer this task's.
    """
    held = (
        Run.objects.select_for_update().filter(pk=run.pk, status=Status.RUNNING, task_id=run.task_id).first()
    )
    if held is None or held.analysis.cancel_requested_at is not None:
        return False
    held.status, held.progress, held.ended_at = Status.DONE, 100, timezone.now()
    held.provenance, held.output = dict(provenance), dict(output)
    held.save(update_fields=["status", "progress", "ended_at", "provenance", "output"])
    for row in rows:
        row.save(force_insert=True)
    audit.record(
        actor=jobs.system_user("worker"), action="run.completed", target=held,
        place=audit.place_of(held.analysis),
        after={
            "step": held.step, "provenance": audit.digest(provenance), "output": audit.digest(output),
            "rows": len(rows),
        },
    )  # fmt: skip
    queue_next(held.analysis)
    return True


@transaction.atomic
def end_run_badly(*, run_id: int, task_id: str, code: str, zh: str, en: str, cancelled: bool = False) -> None:
    """Write what ended the run, and end the steps that waited for it; a run already ended is left alone."""
    run = (
        Run.objects.select_for_update()
        .filter(pk=run_id, task_id=task_id)
        .exclude(status__in=Run.ENDED)
        .first()
    )
    if run is None:
        return
    run.status = Status.CANCELLED if cancelled else Status.FAILED
    run.error_code, run.error_zh, run.error_en, run.ended_at = code, zh[:500], en[:500], timezone.now()
    run.save(update_fields=["status", "error_code", "error_zh", "error_en", "ended_at"])
    run.analysis.runs.filter(status__in=[Status.WAITING, Status.QUEUED]).update(
        status=Status.CANCELLED, ended_at=timezone.now()
    )
    audit.record(
        actor=jobs.system_user("worker"), action=f"run.{run.status}", target=run,
        place=audit.place_of(run.analysis), after={"step": run.step, "code": code},
    )  # fmt: skip


def end_cancelled(*, run: Run) -> None:
    """End a run that somebody asked to stop."""
    end_run_badly(
        run_id=run.pk, task_id=run.task_id, code="cancelled", cancelled=True,
        zh="分析已被取消。", en="The analysis was cancelled.",
    )  # fmt: skip


def rescue_runs() -> dict[str, int]:
    """Queue the runs of dead workers again (fail them after the last attempt); send lost messages again.

    A run whose cancelling was asked for while its worker was dead ends as cancelled.
    """
    now = timezone.now()
    alive = {name for name, age in worker_ages(now=now).items() if age <= SILENCE.total_seconds()}
    limit = timedelta(seconds=settings.CELERY_TASK_HARD_LIMIT)
    counts = {"requeued": 0, "failed": 0, "cancelled": 0, "resent": 0}
    running = Run.objects.filter(status=Status.RUNNING)
    silent = running.filter(heartbeat_at__lt=now - SILENCE)
    for run in (
        silent.exclude(worker__in=alive) | silent.filter(started_at__lt=now - limit) | _orphans(running)
    ):
        counts[_rescue(run)] += 1
    for run in Run.objects.filter(status=Status.QUEUED, queued_at__lt=now - RESEND_AFTER):
        counts["resent"] += _resend(run)
    return counts


def _orphans(running: QuerySet[Run]) -> QuerySet[Run]:
    """Return the runs whose worker has come back under its name: the process that held them is gone."""
    reborn = [Q(worker=name, started_at__lt=since) for name, since in worker_starts().items()]
    return running.filter(reduce(or_, reborn)) if reborn else running.none()


@transaction.atomic
def _rescue(run: Run) -> str:
    if run.analysis.cancel_requested_at is not None:
        end_cancelled(run=run)
        return "cancelled"
    if run.attempts >= MAX_ATTEMPTS:
        end_run_badly(
            run_id=run.pk, task_id=run.task_id, code="worker_lost",
            zh="执行任务的工作进程已停止，且已重试三次。联系管理员查看工作进程日志。",
            en="The worker died, three times. Ask the administrator to look at the worker's log.",
        )  # fmt: skip
        return "failed"
    moved = Run.objects.filter(pk=run.pk, status=Status.RUNNING, task_id=run.task_id).update(
        status=Status.QUEUED, queued_at=timezone.now(), progress_text=""
    )
    if moved:
        send(run)
    return "requeued"


@transaction.atomic
def _resend(run: Run) -> int:
    """Send the message again; the claim makes a duplicate harmless."""
    sent = Run.objects.filter(pk=run.pk, status=Status.QUEUED).update(queued_at=timezone.now())
    if sent:
        send(run)
    return sent
