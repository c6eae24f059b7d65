"""What follows when a form has its one record: final values, queries, visits, eligibility, broken
signatures.
"""

from dataclasses import asdict

from django.db.models import QuerySet

from edc import audit, jobs
from edc.models import FormInstance, ItemValue, User
from edc.rules.dependencies import forms_reading
from edc.rules.form_logic import FormState
from edc.selectors.evaluation import FinalValue, final_values, flags_of, state_of
from edc.selectors.records import current_record
from edc.services.check_queries import sync_check_queries
from edc.services.eligibility import reassess
from edc.services.marks import break_marks
from edc.services.moves import move
from edc.services.query.system import close_unreachable
from edc.services.schedule import plan_events
from edc.services.verify.due import refresh_due

Status = FormInstance.Status
COHORT_ITEM = "IT.ENR.COHORT"


def complete_form(*, form: FormInstance, record: dict, stream: str, actor: User, reason: str = "") -> None:
    """Give the form the values of the record and do what follows from them for the subject.

    Called inside the transaction that holds the form's row, with a record that is sealed. Values of other
    completed forms that read these are computed anew, and their queries with them.
    """
    state = state_of(form, record)
    first_time = form.status not in FormInstance.FINAL
    changes = store_values(form, final_values(state), stream)
    if first_time:
        move(form, Status.COMPLETE)
        after = {
            "sha256": form.content_sha256,
            "values": {path: new for path, (_old, new) in changes.items()},
        }
        audit.record(actor=actor, action="form.completed", target=form, after=after)
        refresh_due(form)
    elif changes:
        audit.record_each(actor=actor, action="value.changed", target=form, changes=changes, reason=reason)
        break_marks(form, reason, actor)
    close_unreachable(form=form, shown=shown_paths(state))
    sync_check_queries(form=form, flags=flags_of(state))
    _follow(form)


def _follow(form: FormInstance) -> None:
    subject = form.subject
    cohort = ItemValue.objects.filter(form__subject=subject, item_oid=COHORT_ITEM).first()
    if cohort and cohort.value and cohort.value != subject.cohort:
        actor = jobs.system_user("checks")
        audit.record(
            actor=actor,
            action="subject.cohort_set",
            target=subject,
            before=subject.cohort,
            after=cohort.value,
        )
        subject.cohort = str(cohort.value)
        subject.save(update_fields=["cohort"])
    plan_events(subject=subject)
    _recheck_others(form)
    reassess(subject=subject)


def _recheck_others(form: FormInstance) -> None:
    """Compute and check anew the subject's other completed forms: what they read may have changed."""
    actor = jobs.system_user("checks")
    open_finals = [status for status in FormInstance.FINAL if status != Status.LOCKED]
    readers = forms_reading(form.design_version.design, form.form_oid) | {form.form_oid}
    others = form.subject.forms.filter(status__in=open_finals, form_oid__in=readers).exclude(pk=form.pk)
    for other in others.select_for_update():
        record = current_record(other)
        state = state_of(other, record)
        derived = [value for value in final_values(state) if value.derived]
        changes = store_derived(other, derived)
        if changes:
            reason = f"{form.form_oid}"
            audit.record_each(
                actor=actor, action="value.changed", target=other, changes=changes, reason=reason
            )
            break_marks(other, reason, actor)
        close_unreachable(form=other, shown=shown_paths(state))
        sync_check_queries(form=other, flags=flags_of(state))


def shown_paths(state: FormState) -> set[str]:
    """Return the paths of the items that the form shows now, in every row it has."""
    return {path for path, shown in state.visible.items() if shown}


def store_values(form: FormInstance, values: list[FinalValue], stream: str) -> dict[str, tuple]:
    """Make the form's values equal to these; return path to (before, after) of those that changed."""
    return _store(form, values, form.values.all(), stream)


def store_derived(form: FormInstance, values: list[FinalValue]) -> dict[str, tuple]:
    """Make the form's derived values equal to these and leave the others alone."""
    return _store(form, values, form.values.filter(derived=True), "")


def _store(
    form: FormInstance, values: list[FinalValue], rows: QuerySet[ItemValue], stream: str
) -> dict[str, tuple]:
    held = {(row.item_oid, row.row_key): row for row in rows}
    changes: dict[str, tuple] = {}
    for value in values:
        row = held.pop((value.item_oid, value.row_key), None)
        before = _shown(row) if row else None
        row = row or ItemValue(form=form)
        fields = asdict(value)
        if row.pk and all(getattr(row, name) == new for name, new in fields.items()):
            continue
        for name, new in fields.items():
            setattr(row, name, new)
        row.source_stream = "" if value.derived else stream
        row.save()
        changes[row.path] = (before, _shown(row))
    for row in held.values():
        if _is_filled_elsewhere(form, row):
            continue
        changes[row.path] = (_shown(row), None)
        row.delete()
    if changes:
        _stamp(form)
    return changes


def _is_filled_elsewhere(form: FormInstance, row: ItemValue) -> bool:
    """Tell whether imaging or another part of the platform fills the item: no record of entry holds it."""
    item = form.design_version.design.form(form.form_oid).items_by_oid.get(row.item_oid)
    return item is not None and item.type == "derived" and not item.value


def _shown(row: ItemValue) -> dict:
    return {"value": row.value, "unit": row.unit or None, "missing": row.missing or None}


def _stamp(form: FormInstance) -> None:
    """Keep the hash of the form's present values: what a signature signs."""
    columns = ("item_oid", "row_key", "value", "missing", "raw", "unit", "standard_value", "formula")
    rows = sorted(form.values.values_list(*columns), key=lambda row: row[:2])
    content = {
        "form": form.form_oid,
        "design": form.design_version.sha256,
        "values": [list(row) for row in rows],
    }
    form.content_sha256 = audit.digest(content)
    form.save(update_fields=["content_sha256"])
