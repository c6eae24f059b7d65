"""Undoing a batch: what stood before stands again, with audit; what changed since is left and listed."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import audit, jobs
from edc.errors import DomainError, NotNow
from edc.models import FormInstance, ImportBatch, ImportedForm, Level, Stream, User
from edc.selectors.holds import in_force, on_form
from edc.selectors.records import current_record
from edc.services.background import in_both
from edc.services.completion import complete_form
from edc.services.data_import.batches import is_silent, move, require_sites
from edc.services.data_import.commit import seal
from edc.services.moves import move as move_status
from edc.services.reasons import required_text

State = ImportBatch.State
How = ImportedForm.How
Status = FormInstance.Status
EMPTY: dict = {"items": {}, "rows": {}}


class NothingToUndo(Exception):
    """Every form of the batch was left as it is."""


@transaction.atomic
def request_undo(*, batch: ImportBatch, reason: str, actor: User) -> ImportBatch:
    """Ask for an import to be undone, with the reason; a worker does it, under the actor's name."""
    require_sites(actor, batch)
    reason = required_text(reason, field="reason")
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state == State.UNDOING and is_silent(batch):
        move(batch, State.COMMITTED)
    if batch.state != State.COMMITTED:
        raise NotNow(_("Only an import that was carried out can be undone."))
    move(batch, State.UNDOING, undo_reason=reason, undone_by=actor, problem_zh="", problem_en="")
    audit.record(actor=actor, action="import.undo_requested", target=batch, reason=reason)
    jobs.enqueue("edc.tasks.undo_import", batch_id=batch.pk)
    return batch


def undo_batch(*, batch_id: int) -> None:
    """Restore what the batch overwrote, in one transaction; a form that it completed is to do again.

    An item changed since, a form locked, verified since or under way is left as it is and stands in
    `undo_account`. Subjects that the batch added remain, without values. Where nothing can be undone, or
    a step is refused, the batch says why and stays imported; one in another state is left alone.
    """
    batch = ImportBatch.objects.select_related("study", "undone_by").get(pk=batch_id)
    if batch.state != State.UNDOING:
        return
    try:
        _undo(batch)
    except PermissionDenied:
        end_undo_badly(batch=batch, zh=RIGHT_ZH, en=RIGHT_EN)
    except NothingToUndo:
        end_undo_badly(batch=batch, zh=NOTHING_ZH, en=NOTHING_EN)
    except DomainError as error:
        zh, en = in_both(error)
        end_undo_badly(batch=batch, zh=zh, en=en)


RIGHT_ZH = "你不再有权导入该批次的所有中心，什么都没有撤销。"
RIGHT_EN = "Your right to import at a site of this batch has ended; nothing was undone."
NOTHING_ZH = "没有可撤销的内容：导入后都已更改，或已锁定。"
NOTHING_EN = "Nothing of this import can be undone: everything in it changed since, or is locked."


@transaction.atomic
def end_undo_badly(*, batch: ImportBatch, zh: str, en: str) -> None:
    """Write on the batch why it was not undone; it stays imported."""
    assert batch.undone_by is not None
    batch.state = State.UNDOING
    actor = batch.undone_by
    move(batch, State.COMMITTED, undone_by=None, undo_reason="", problem_zh=zh[:500], problem_en=en[:500])
    audit.record(actor=actor, action="import.undo_refused", target=batch, after={"zh": zh, "en": en})


@transaction.atomic
def _undo(batch: ImportBatch) -> None:
    actor, reason = batch.undone_by, batch.undo_reason
    assert actor is not None
    require_sites(actor, batch)
    account: list[dict] = []
    undone = 0
    with audit.channel("import", request_id=str(batch.uid)):
        imported = batch.forms.select_related("observation").order_by("-pk")
        for each in imported:
            left = _undo_form(each, reason, actor)
            account += left
            undone += len(left) < max(1, len(each.paths))
        if not undone:
            raise NothingToUndo
        move(batch, State.UNDONE, undo_account=account, undone_at=timezone.now())
        after = {"forms": undone, "left": account}
        audit.record(actor=actor, action="import.undone", target=batch, after=after, reason=reason)


def _undo_form(imported: ImportedForm, reason: str, actor: User) -> list[dict]:
    """Undo one form; return what was left of it and why."""
    form = (
        FormInstance.objects.select_for_update().select_related("subject", "event").get(pk=imported.form_id)
    )
    if form.status == Status.LOCKED or in_force().filter(on_form(form)).exists():
        return _left(form, imported.paths, "已锁定或冻结", "Locked or frozen.")
    if imported.how == How.FIRST_PASS:
        return _undo_first_pass(form, imported, reason, actor)
    if form.status not in FormInstance.FINAL:
        return _left(form, imported.paths, "表单正在录入", "The form is being entered.")
    now = current_record(form)
    written = imported.observation.content
    frozen = set(in_force().filter(level=Level.ITEM, form=form).values_list("path", flat=True))
    same = [path for path in imported.paths if now["items"].get(path) == written["items"].get(path)]
    changed = [path for path in imported.paths if path not in same or path in frozen]
    if imported.how == How.COMPLETED:
        if now != written or frozen:
            changed = changed or imported.paths
            return _left(
                form, changed, "导入后有更正，表单不撤销", "Corrected since: the form is left as it is."
            )
        _empty(form, reason, actor)
        return []
    _restore(form, imported, now, set(changed), reason, actor)
    return _left(form, changed, "导入后又改过，或已锁定冻结", "Changed since, or locked or frozen.")


def _left(form: FormInstance, paths: list[str], zh: str, en: str) -> list[dict]:
    place = {
        "subject": form.subject.subject_key,
        "event": form.event.event_oid,
        "form": form.form_oid,
        "pk": form.pk,
    }
    return [{**place, "path": path, "zh": zh, "en": en} for path in paths]


def _undo_first_pass(form: FormInstance, imported: ImportedForm, reason: str, actor: User) -> list[dict]:
    if form.status != Status.FIRST_SEALED:
        return _left(form, imported.paths, "二录已开始", "The second pass has begun.")
    move_status(form, Status.TO_DO)
    audit.record(
        actor=actor, action="entry.import_undone", target=form, before=Status.FIRST_SEALED,
        after=Status.TO_DO, reason=reason, blinded=Stream.ENTRY_1,
    )  # fmt: skip
    return []


def _empty(form: FormInstance, reason: str, actor: User) -> None:
    """Take the form's values away; it waits to be entered."""
    before = form.status
    complete_form(form=form, record=EMPTY, stream=Stream.IMPORT, actor=actor, reason=reason)
    form.refresh_from_db()
    if form.status != Status.COMPLETE:
        move_status(form, Status.COMPLETE)
    move_status(form, Status.TO_DO)
    audit.record(
        actor=actor,
        action="entry.import_undone",
        target=form,
        before=before,
        after=form.status,
        reason=reason,
    )


def _restore(
    form: FormInstance, imported: ImportedForm, now: dict, changed: set[str], reason: str, actor: User
) -> None:
    """Seal the record with what stood before at each path that nobody changed since."""
    wanted = [path for path in imported.paths if path not in changed]
    if not wanted:
        return
    items = {path: entry for path, entry in now["items"].items() if path not in wanted}
    items |= {path: imported.before["items"][path] for path in wanted if path in imported.before["items"]}
    record = {"items": items, "rows": _rows(now, imported.before, items)}
    seal(form=form, stream=Stream.ADJUDICATED, record=record, reason=reason, actor=actor)
    changes = {path: (now["items"].get(path), items.get(path)) for path in wanted}
    audit.record_each(actor=actor, action="item.corrected", target=form, changes=changes, reason=reason)
    complete_form(form=form, record=record, stream=Stream.ADJUDICATED, actor=actor, reason=reason)


def _rows(now: dict, before: dict, items: dict) -> dict[str, list[str]]:
    """Return the rows that were there before, and those that still hold something."""
    filled = {path.partition("[")[2].removesuffix("]") for path in items}
    return {
        group: [key for key in keys if key in before["rows"].get(group, []) or key in filled]
        for group, keys in now["rows"].items()
    }
