"""Tasks of the worker for the EDC: imports, snapshots and the packages made from them."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

from celery import Task, shared_task
from django.core.exceptions import PermissionDenied

from edc import audit, jobs
from edc.errors import DomainError
from edc.models import DesignMigration, Export, ImportBatch, Rehearsal, Site, SnapshotRequest
from edc.models.background import BackgroundWork
from edc.selectors import backups
from edc.services import amendment, background, backup, export, snapshot
from edc.services.activation import apply_due
from edc.services.amendment.migrate import send as send_migration
from edc.services.amendment.rehearse import send as send_rehearsal
from edc.services.consent.period import ask_site_again
from edc.services.consent.versions import begin_due
from edc.services.data_import.commit import commit_batch, end_commit_badly
from edc.services.data_import.dry_run import check_batch, end_badly
from edc.services.data_import.undo import end_undo_badly, undo_batch
from edc.services.export_make import make
from edc.services.notifications import send_digests as send_due_digests
from edc.services.role_gate import settle_due
from edc.services.safety_opening import remind_of_deadlines

logger = logging.getLogger(__name__)
State = ImportBatch.State


class ImportTask(Task):
    """A task about one batch; whatever ends it badly is written on the batch."""

    acks_late = True
    reject_on_worker_lost = True

    def on_failure(
        self, exc: Exception, task_id: str, args: tuple, kwargs: dict[str, Any], einfo: object
    ) -> None:
        batches = ImportBatch.objects.select_related("created_by", "committed_by", "undone_by")
        batch = batches.get(pk=kwargs["batch_id"])
        name = type(exc).__name__
        zh = f"程序错误（{name}），什么都没有写入。把批次编号告诉管理员。"
        en = f"A fault of the program ({name}); nothing was written. Tell the administrator the batch."
        with audit.channel("task"):
            if batch.state == State.CHECKING:
                end_badly(batch=batch, zh=zh, en=en)
            elif batch.state == State.COMMITTING:
                end_commit_badly(batch=batch, zh=zh, en=en)
            elif batch.state == State.UNDOING:
                end_undo_badly(batch=batch, zh=zh, en=en)


@shared_task(base=ImportTask, bind=True)
def check_import(self: Task, *, batch_id: int) -> None:
    """Do the dry run of a batch."""
    with audit.channel("task", request_id=self.request.id or ""):
        check_batch(batch_id=batch_id)


@shared_task(base=ImportTask, bind=True)
def commit_import(self: Task, *, batch_id: int) -> None:
    """Write a batch into the study."""
    with audit.channel("task", request_id=self.request.id or ""):
        commit_batch(batch_id=batch_id)


@shared_task(base=ImportTask, bind=True)
def undo_import(self: Task, *, batch_id: int) -> None:
    """Undo a batch that was written into the study."""
    with audit.channel("task", request_id=self.request.id or ""):
        undo_batch(batch_id=batch_id)


@shared_task(bind=True)
def freeze_snapshot(self: Task, *, request_id: int) -> None:
    """Make the snapshot that somebody asked for."""
    _do(self, SnapshotRequest, request_id, snapshot.freeze)


@shared_task(bind=True)
def make_export(self: Task, *, export_id: int) -> None:
    """Make the package that somebody asked for."""
    _do(self, Export, export_id, make)


@shared_task(bind=True)
def rehearse_amendment(self: Task, *, rehearsal_id: int) -> None:
    """Try what an amendment would do to the data."""
    _do(self, Rehearsal, rehearsal_id, amendment.rehearse)


@shared_task(bind=True)
def migrate_design(self: Task, *, migration_id: int) -> None:
    """Take the subjects of a rehearsal to their new design version."""
    _do(self, DesignMigration, migration_id, amendment.migrate)


@shared_task
def tend_amendments() -> None:
    """Begin the versions of design and consent form whose day has come at a site; take up the amendments of
    dead workers.
    """
    with audit.channel("task"):
        apply_due()
        begin_due()
        background.rescue(Rehearsal, send_rehearsal)
        background.rescue(DesignMigration, send_migration)


@shared_task(bind=True)
def ask_about_consents(self: Task, *, site_id: int, since: str) -> None:
    """Bring the queries on consents of a large site up to the days that were set for its versions."""
    with audit.channel("task", request_id=self.request.id or ""):
        ask_site_again(site=Site.objects.get(pk=site_id), since=date.fromisoformat(since), at_once=True)


def _do(task: Task, model: type[BackgroundWork], pk: int, step: Callable[..., object]) -> None:
    """Claim the work, do it, and write what ended it badly on its row."""
    with audit.channel("task", request_id=task.request.id or ""):
        work = background.claim(model, pk, task.request.id or f"direct-{pk}", task.request.hostname or "")
        if work is None:
            return
        try:
            step(work, lambda percent, what: background.report(work, percent, what))
        except (background.WorkCancelled, DomainError, PermissionDenied) as error:
            background.end_badly(work, error)
        except BaseException as error:
            background.end_badly(work, error)
            raise


@shared_task
def tend_exports() -> None:
    """Take up the work of dead workers, send lost messages again, remove files that are past their day."""
    with audit.channel("task"):
        background.rescue(SnapshotRequest, snapshot.send)
        background.rescue(Export, export.send)
        export.remove_expired_exports(actor=jobs.system_user("worker"))


@shared_task
def tend_roles() -> None:
    """Stop the roles whose days of grace for a training are over."""
    with audit.channel("task"):
        settle_due(actor=jobs.system_user("worker"))


@shared_task
def remind_of_safety() -> None:
    """Remind people of the reports of serious adverse events that fall due soon."""
    with audit.channel("task"):
        remind_of_deadlines(actor=jobs.system_user("worker"))


@shared_task
def send_digests() -> None:
    """Send by e-mail what people have not read, to who is due."""
    with audit.channel("task"):
        send_due_digests(actor=jobs.system_user("worker"))


@shared_task
def tend_backups() -> None:
    """Make the backup and try the restore that are due; both record and tell their own failures.

    What is late is told first: an attempt that is killed comes no further. One that another process is still
    at is left to it.
    """
    actor = jobs.system_user("backup")
    with audit.channel("task"), suppress(backup.UnderWay):
        backup.late()
        if backups.backup_is_due():
            backup.make_backup(actor=actor)
        if backups.drill_is_due():
            backup.drill_restore(actor=actor)
