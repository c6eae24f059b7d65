"""The dry run: the file planned, what becomes of each cell kept, nothing of it written to the study."""

from collections import Counter

from django.db import transaction
from django.utils import timezone

from edc import audit
from edc.exchange.faults import FileFault
from edc.exchange.mapping import read_mapping
from edc.models import ImportBatch, ImportCell, User
from edc.selectors.activation import version_in_use
from edc.services.data_import import files
from edc.services.data_import.batches import import_sites, move
from edc.services.data_import.form_plan import CellReport
from edc.services.data_import.plan import Plan, Planner, Progress
from edc.services.data_import.report import write_report

State = ImportBatch.State
ROWS_AT_ONCE = 2000


class Cancelled(Exception):
    """Somebody gave the batch up while it was being checked."""


def plan_of(batch: ImportBatch, actor: User, progress: Progress = lambda done, total: None) -> Plan:
    """Return what the batch's file would do now, at the sites where the actor may import."""
    mapping = read_mapping(batch.mapping)
    version = version_in_use(batch.study)
    if version is None:
        raise FileFault("研究还没有设计", "The study has no design yet: publish one first.")
    planner = Planner(
        study=batch.study,
        version=version,
        mapping=mapping,
        sites=import_sites(actor, batch.study),
        today=timezone.localdate(),
    )
    return planner.plan(files.cells_of(batch, mapping), progress)


def check_batch(*, batch_id: int) -> None:
    """Do the dry run of a batch that waits for it, and keep the result.

    A batch in another state is left alone. What is wrong with the file is written on the batch.
    """
    batch = ImportBatch.objects.select_related("study", "created_by").get(pk=batch_id)
    if batch.state not in (State.QUEUED, State.CHECKING):
        return
    if batch.state == State.QUEUED:
        move(batch, State.CHECKING)
    try:
        plan = plan_of(batch, batch.created_by, lambda done, total: _tell(batch, done, total))
    except FileFault as fault:
        end_badly(batch=batch, zh=fault.zh, en=fault.en)
        return
    except Cancelled:
        return
    with transaction.atomic():
        _keep(batch, plan)
    write_report(batch)


def _tell(batch: ImportBatch, done: int, total: int) -> None:
    percent = min(99, 100 * done // max(total, 1))
    now = timezone.now()
    alive = ImportBatch.objects.filter(pk=batch.pk, state=State.CHECKING)
    if not alive.update(percent=percent, moved_at=now):
        raise Cancelled


def end_badly(*, batch: ImportBatch, zh: str, en: str) -> None:
    """Write on the batch what ended its dry run."""
    with transaction.atomic():
        move(batch, State.FAILED, problem_zh=zh[:500], problem_en=en[:500])
        audit.record(
            actor=batch.created_by, action="import.check_failed", target=batch, after={"zh": zh, "en": en}
        )


def _keep(batch: ImportBatch, plan: Plan) -> None:
    batch.cells.all().delete()
    rows = [_row(batch, each) for each in plan.cells if not each.is_empty]
    ImportCell.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)
    batch.sites.set(plan.sites)
    counts = counted(plan)
    move(
        batch,
        State.CHECKED,
        percent=100,
        counts=counts,
        plan_sha256=plan.sha256(),
        underlying_sha256=plan.underlying,
        design_version=version_in_use(batch.study),
        checked_at=timezone.now(),
    )
    audit.record(actor=batch.created_by, action="import.checked", target=batch, after=counts)


def counted(plan: Plan) -> dict[str, int]:
    """Return the numbers of a plan: cells by outcome, and cells, subjects, forms, new subjects, checks.

    `empty` are the blank cells where nothing is held: they are counted and not kept.
    """
    outcomes = Counter("empty" if each.is_empty else str(each.outcome) for each in plan.cells)
    return {
        **outcomes,
        "cells": len(plan.cells),
        "subjects": plan.subjects,
        "new_subjects": plan.new_subjects,
        "forms": len(plan.forms),
        "checks": sum(bool(each.checks) for each in plan.cells),
    }


def _row(batch: ImportBatch, report: CellReport) -> ImportCell:
    cell = report.cell
    place = report.placed.place if report.placed else (cell.event[:60], 1, cell.form[:40], 1)
    event_oid, event_repeat, form_oid, form_repeat = place
    return ImportCell(
        batch=batch,
        line=cell.line,
        column=cell.column[:120],
        subject_key=cell.subject[:40],
        event_oid=event_oid,
        event_repeat=event_repeat,
        form_oid=form_oid,
        form_repeat=form_repeat,
        path=(report.path or cell.item)[:120],
        raw="" if report.outcome == ImportCell.Outcome.OUT_OF_SCOPE else cell.raw[:4000],
        outcome=report.outcome,
        before=report.before[:400],
        after=report.after[:400],
        message_zh=report.words.zh[:500],
        message_en=report.words.en[:500],
        checks=report.checks,
        fires=bool(report.checks),
    )
