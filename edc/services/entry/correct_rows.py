"""Rows of a completed form: added whole or removed, with a reason; what was sealed stays as it is."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import AuditEvent, FormInstance, Stream, User
from edc.rules.subject_values import item_path, split_path
from edc.selectors.evaluation import faults_of, shown_part, state_of
from edc.selectors.records import held_record
from edc.services.completion import complete_form
from edc.services.entries import checked_entry, is_empty, repeating_group
from edc.services.entry.correct import seal_revision
from edc.services.entry.prepare import locked
from edc.services.lock import require_open
from edc.services.reasons import required_text


@transaction.atomic
def add_corrected_row(
    *, form: FormInstance, group_oid: str, entries: Mapping[str, Mapping], reason: str, actor: User
) -> str:
    """Add a row with its entries (by item OID) to a completed form and return its key.

    The key is one that no row of the form ever had, in any pass or draft. Raises InvalidInput naming each
    item of the row that is impossible or required and missing, NotNow when the form is not complete
    or held.
    """
    form, reason = _correctable(form, reason, actor)
    group = repeating_group(form, group_oid)
    record = held_record(form)
    key = _next_key(form, group_oid)
    typed = {item.oid: item for item in group.items if item.is_typed_in}
    unknown = {oid: _("This form has no such item.") for oid in set(entries) - set(typed)}
    if unknown:
        raise InvalidInput(_("Some items need correction."), fields=unknown)
    checked = {
        item_path(oid, key): checked_entry(item, item_path(oid, key), entries.get(oid, {}))
        for oid, item in typed.items()
    }
    filled = {path: each for path, each in checked.items() if not is_empty(each)}
    rows = {**record["rows"], group_oid: [*record["rows"].get(group_oid, []), key]}
    content = {"items": {**record["items"], **filled}, "rows": rows}
    state = state_of(form, content)
    faults = {path: each for path, each in faults_of(form, state).items() if split_path(path)[1] == key}
    faults = {path: each for path, each in faults.items() if split_path(path)[0] in typed}
    if faults:
        raise InvalidInput(_("Some items need correction."), fields=faults)
    content = shown_part(content, state)
    added = {path: each for path, each in content["items"].items() if path in filled}
    _seal(form, content, reason, actor, ("row.added", item_path(group_oid, key), None, added))
    return key


@transaction.atomic
def remove_corrected_row(
    *, form: FormInstance, group_oid: str, key: str, reason: str, actor: User
) -> FormInstance:
    """Take a row out of a completed form; its values end with the reason, its queries close, and its key is
    never used again. Raises NotNow when there is no such row, or the form is not complete or held.
    """
    form, reason = _correctable(form, reason, actor)
    group = repeating_group(form, group_oid)
    record = held_record(form)
    if key not in record["rows"].get(group_oid, []):
        raise NotNow(_("This row has been removed already."))
    gone = {item_path(item.oid, key) for item in group.items}
    for path in gone:
        require_open(form, path=path)
    removed = {path: each for path, each in record["items"].items() if path in gone}
    items = {path: each for path, each in record["items"].items() if path not in gone}
    rows = {**record["rows"], group_oid: [each for each in record["rows"][group_oid] if each != key]}
    content = {"items": items, "rows": rows}
    content = shown_part(content, state_of(form, content))
    _seal(form, content, reason, actor, ("row.removed", item_path(group_oid, key), removed, None))
    return form


def _correctable(form: FormInstance, reason: str, actor: User) -> tuple[FormInstance, str]:
    access.require(actor, "enter_data", site=form.subject.site)
    reason = required_text(reason, field="reason")
    form = locked(form)
    if form.status not in FormInstance.FINAL:
        raise NotNow(_("Only a completed form can be corrected."))
    require_open(form)
    return form, reason


def _seal(
    form: FormInstance,
    content: dict,
    reason: str,
    actor: User,
    told: tuple[str, str, dict | None, dict | None],
) -> None:
    action, path, before, after = told
    seal_revision(form, content, reason, actor)
    audit.record(
        actor=actor, action=action, target=form, path=path, before=before, after=after, reason=reason
    )
    complete_form(form=form, record=content, stream=Stream.ADJUDICATED, actor=actor, reason=reason)


def _next_key(form: FormInstance, group_oid: str) -> str:
    """Return a key above those of every sealed record and of every row that a draft ever had."""
    sealed_keys = (
        each["rows"].get(group_oid, []) for each in form.observations.values_list("content", flat=True)
    )
    events = AuditEvent.objects.filter(
        target_type=form._meta.label_lower,
        target_id=str(form.pk),
        action__in=["draft.row_added", "row.added"],
        path__startswith=f"{group_oid}[",
    )
    drafted = (str(split_path(path)[1]) for path in events.values_list("path", flat=True))
    used = [int(key) for keys in sealed_keys for key in keys] + [int(key) for key in drafted]
    return str(max(used, default=0) + 1)
