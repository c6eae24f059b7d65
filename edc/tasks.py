"""Tasks of the worker for the EDC: the dry run of an import, and its commit."""

import logging
from typing import Any

from celery import Task, shared_task

from edc import audit
from edc.models import ImportBatch
from edc.services.data_import.commit import commit_batch, end_commit_badly
from edc.services.data_import.dry_run import check_batch, end_badly

logger = logging.getLogger(__name__)
State = ImportBatch.State


class ImportTask(Task):
    """A task about one batch; whatever ends it badly is written on the batch."""

    acks_late = True
    reject_on_worker_lost = True

    def on_failure(
        self, exc: Exception, task_id: str, args: tuple, kwargs: dict[str, Any], einfo: object
    ) -> None:
        batch = ImportBatch.objects.select_related("created_by", "committed_by").get(pk=kwargs["batch_id"])
        name = type(exc).__name__
        zh = f"程序错误（{name}），什么都没有写入。把批次编号告诉管理员。"
        en = f"A fault of the program ({name}); nothing was written. Tell the administrator the batch."
        with audit.channel("task"):
            if batch.state == State.CHECKING:
                end_badly(batch=batch, zh=zh, en=en)
            elif batch.state == State.COMMITTING:
                end_commit_badly(batch=batch, zh=zh, en=en)


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
