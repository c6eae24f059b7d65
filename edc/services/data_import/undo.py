"""Undoing a batch: what stood before stands again, with audit; what changed since is left and listed."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import audit
from edc.errors import NotNow
from edc.models import FormInstance, ImportBatch, ImportedForm, Level, Stream, User
from edc.selectors.holds import in_force, on_form
from edc.selectors.records import current_record
from edc.services.completion import complete_form
from edc.services.data_import.batches import move, require_sites
from edc.services.data_import.commit import seal
from edc.services.moves import move as move_status
from edc.services.reasons import required_text

How = ImportedForm.How
Status = FormInstance.Status
EMPTY: dict = {"items": {}, "rows": {}}


@transaction.atomic
def undo_import(*, batch: ImportBatch, reason: str, actor: User) -> ImportBatch:
    """Restore what the batch overwrote; a form that it completed is to do again.

    An item changed since, a form locked, verified since or under way is left as it is and stands in
    `undo_account`. Raises NotNow when nothing can be undone. Subjects that the batch added remain, without
    values.
    """
    require_sites(actor, batch)
    reason = required_text(reason, field="reason")
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state != ImportBatch.State.COMMITTED:
        raise NotNow(_("Only an import that was carried out can be undone."))
    account: list[dict] = []
    undone = 0
    with audit.channel("import", request_id=str(batch.uid)):
        imported = batch.forms.select_related("observation").order_by("-pk")
        for each in imported:
            left = _undo_form(each, reason, actor)
            account += left
            undone += len(left) < max(1, len(each.paths))
        if not undone:
            raise NotNow(
                _("Nothing of this import can be undone: everything in it changed since, or is locked.")
            )
        move(
            batch, ImportBatch.State.UNDONE, undo_reason=reason, undo_account=account, undone_by=actor,
            undone_at=timezone.now(),
        )  # fmt: skip
        after = {"forms": undone, "left": account}
        audit.record(actor=actor, action="import.undone", target=batch, after=after, reason=reason)
    return batch


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
