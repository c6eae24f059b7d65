"""Work that a worker does for a person: claimed by one UPDATE, reported on, ended with its cause, rescued.

A row is held by the task that claimed it; whoever lost it (cancelled, taken over) is told at the next report.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from edc import audit, jobs
from edc.errors import DomainError, NotNow
from edc.heartbeat import worker_ages
from edc.models import User
from edc.models.background import BackgroundWork

MAX_ATTEMPTS = 3
SILENCE = timedelta(seconds=90)
RESEND_AFTER = timedelta(minutes=2)
State = BackgroundWork.State
Work = TypeVar("Work", bound=BackgroundWork)


class WorkCancelled(Exception):
    """Somebody asked for the work to stop, or another task holds it now."""


def claim(model: type[Work], pk: int, task_id: str, worker: str) -> Work | None:
    """Take queued work for this task, or go on with what it held; None when it is not to be done."""
    mine = Q(state=State.QUEUED) | Q(state=State.RUNNING, task_id=task_id)
    taken = model._default_manager.filter(mine, pk=pk, cancel_requested_at__isnull=True).update(
        state=State.RUNNING, task_id=task_id, worker=worker[:120], heartbeat_at=timezone.now(),
        attempts=F("attempts") + 1, percent=0, step="",
    )  # fmt: skip
    return model._default_manager.get(pk=pk) if taken else None


def report(work: BackgroundWork, percent: int, step: str) -> None:
    """Write how far the work is; raise WorkCancelled when it is to stop."""
    held = type(work)._default_manager.filter(
        pk=work.pk, state=State.RUNNING, task_id=work.task_id, cancel_requested_at__isnull=True
    )
    if not held.update(percent=percent, step=step[:120], heartbeat_at=timezone.now()):
        raise WorkCancelled(str(work.pk))


def hold(work: Work) -> Work:
    """Return the row locked and still this task's, for the transaction that ends it well."""
    held = (
        type(work)
        ._default_manager.select_for_update()
        .filter(pk=work.pk, state=State.RUNNING, task_id=work.task_id, cancel_requested_at__isnull=True)
        .first()
    )
    if held is None:
        raise WorkCancelled(str(work.pk))
    return held


@transaction.atomic
def end_badly(work: BackgroundWork, error: BaseException) -> None:
    """Write what ended the work: cancelled, an expected error in its own words, or a fault of the program."""
    row = type(work)._default_manager.select_for_update().get(pk=work.pk)
    if not row.is_under_way:
        return
    code, zh, en = _cause(error)
    row.state = State.CANCELLED if isinstance(error, WorkCancelled) else State.FAILED
    row.error_code, row.error_zh, row.error_en = code, zh[:500], en[:500]
    row.ended_at = timezone.now()
    row.save(update_fields=["state", "error_code", "error_zh", "error_en", "ended_at"])
    audit.record(
        actor=jobs.system_user("worker"), action=f"{row._meta.model_name}.{row.state}", target=row,
        place=audit.Place(study=_owner_of(row).study), after={"code": code},
    )  # fmt: skip


def _owner_of(work: BackgroundWork) -> Any:
    """Return what says where the work belongs: itself, or the snapshot of a package."""
    return work if hasattr(work, "study") else getattr(work, "snapshot", None)


def in_both(error: DomainError) -> tuple[str, str]:
    """Return the error's words in Chinese and in English."""
    with translation.override("zh-hans"):
        zh = str(error.message)
    with translation.override("en"):
        return zh, str(error.message)


def _cause(error: BaseException) -> tuple[str, str, str]:
    if isinstance(error, WorkCancelled):
        return "cancelled", "已取消。", "It was cancelled."
    if isinstance(error, DomainError):
        return error.code, *in_both(error)
    name = type(error).__name__
    return (
        "internal_error",
        f"程序错误（{name}）。把编号和时间告诉管理员。",
        f"A fault of the program ({name}). Tell the administrator its number and time.",
    )


@transaction.atomic
def cancel(work: BackgroundWork, *, actor: User, action: str) -> None:
    """Stop queued work at once, and running work at its next report; the caller has checked the right.

    Raises NotNow where it has ended already.
    """
    row = type(work)._default_manager.select_for_update().get(pk=work.pk)
    if not row.is_under_way:
        raise NotNow(_("This work is done or has ended already."))
    row.cancel_requested_at = timezone.now()
    if row.state == State.QUEUED:
        row.state, row.ended_at = State.CANCELLED, row.cancel_requested_at
    row.save(update_fields=["state", "cancel_requested_at", "ended_at"])
    audit.record(actor=actor, action=action, target=work, place=audit.place_of(_owner_of(work)))


def rescue(model: type[Work], send: Callable[[Work], None]) -> dict[str, int]:
    """Queue the work of dead workers again, fail it after the last attempt; send lost messages again."""
    now = timezone.now()
    alive = {name for name, age in worker_ages(now=now).items() if age <= SILENCE.total_seconds()}
    counts = {"requeued": 0, "failed": 0, "resent": 0}
    lost = model._default_manager.filter(state=State.RUNNING, heartbeat_at__lt=now - SILENCE)
    for work in lost.exclude(worker__in=alive):
        if work.cancel_requested_at or work.attempts >= MAX_ATTEMPTS:
            end_badly(work, WorkCancelled() if work.cancel_requested_at else ConnectionError())
            counts["failed"] += 1
        else:
            counts["requeued"] += _send_again(work, State.RUNNING, send)
    for work in model._default_manager.filter(state=State.QUEUED, queued_at__lt=now - RESEND_AFTER):
        counts["resent"] += _send_again(work, State.QUEUED, send)
    return counts


@transaction.atomic
def _send_again(work: Work, state: str, send: Callable[[Work], None]) -> int:
    rows = type(work)._default_manager.filter(pk=work.pk, state=state, task_id=work.task_id)
    moved = rows.update(state=State.QUEUED, queued_at=timezone.now())
    if moved:
        send(work)
    return moved
