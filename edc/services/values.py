"""The values of a form: the only place where ItemValue rows are written."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from edc import audit
from edc.models import FormInstance, ItemValue, User
from edc.rules.subject_values import item_path
from edc.selectors.evaluation import FinalValue
from edc.services.marks import break_marks

# Path to what stood before and what stands now; None for no value.
Changes = dict[str, tuple[dict | None, dict | None]]
HIDDEN = "hidden by logic"


def store_entered(form: FormInstance, values: Sequence[FinalValue], stream: str) -> Changes:
    """Make the form's entered values equal to these and return what changed; derived ones stay."""
    wanted = {item_path(value.item_oid, value.row_key or None) for value in values}
    gone = [row.path for row in form.values.filter(derived=False) if row.path not in wanted]
    return put_values(form, values, stream=stream) | remove_values(form, gone)


def put_values(form: FormInstance, values: Iterable[FinalValue], *, stream: str = "") -> Changes:
    """Hold each of these values and return those that are other than before; other inputs alone count not."""
    held = {(row.item_oid, row.row_key): row for row in form.values.all()}
    changes: Changes = {}
    for value in values:
        row = held.get((value.item_oid, value.row_key))
        fields = asdict(value)
        if row and all(getattr(row, name) == new for name, new in fields.items()):
            continue
        before = _shown(row) if row else None
        is_other = row is None or any(getattr(row, n) != new for n, new in fields.items() if n != "inputs")
        row = row or ItemValue(form=form)
        for name, new in fields.items():
            setattr(row, name, new)
        row.source_stream = "" if value.derived else stream
        row.save()
        if is_other:
            changes[row.path] = (before, _shown(row))
    return changes


def remove_values(form: FormInstance, paths: Iterable[str]) -> Changes:
    """Take the values at these paths away and return what stood there."""
    wanted = set(paths)
    changes: Changes = {}
    for row in form.values.all() if wanted else ():
        if row.path in wanted:
            changes[row.path] = (_shown(row), None)
            row.delete()
    return changes


def _shown(row: ItemValue) -> dict:
    return {"value": row.value, "unit": row.unit or None, "missing": row.missing or None} | (
        {"formula": row.formula} if row.derived else {}
    )


def stamp(form: FormInstance) -> None:
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


def record_changes(form: FormInstance, changes: Changes, *, actor: User, reason: str) -> None:
    """Record changes of a completed form, keep its new hash and break the marks given for the old one."""
    if changes:
        audit.record_each(actor=actor, action="value.changed", target=form, changes=changes, reason=reason)
        stamp(form)
        break_marks(form, reason, actor)
