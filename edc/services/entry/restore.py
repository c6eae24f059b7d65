"""Taking a removed row of a draft back, under the key that it had."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from edc import audit
from edc.errors import NotNow
from edc.models import AuditEvent, Draft, DraftItem, FormInstance, User
from edc.rules.subject_values import item_path
from edc.services.entries import repeating_group
from edc.services.entry.clock import without_clock
from edc.services.entry.draft import open_draft


@dataclass(frozen=True)
class RemovedRow:
    """A row that its person took out of a draft; `entries` is what it held, by path."""

    group: str
    key: str
    entries: dict[str, dict]


def removed_rows(draft: Draft) -> Iterator[RemovedRow]:
    """Yield the rows taken out of the draft, in the order of their keys; for its observer alone.

    What a row held is read from the audit row of its removal, which keeps it.
    """
    paths = {
        item_path(group, key): (group, key) for group, keys in draft.retired_rows.items() for key in keys
    }
    events = AuditEvent.objects.filter(
        target_type=draft.form._meta.label_lower,
        target_id=str(draft.form_id),
        action="draft.row_removed",
        actor=draft.observer,
        path__in=paths,
    )
    held = {event.path: event.before or {} for event in events.order_by("pk")}
    for path, (group, key) in sorted(paths.items(), key=lambda each: (each[1][0], int(each[1][1]))):
        yield RemovedRow(group, key, held.get(path, {}))


@transaction.atomic
def restore_row(*, form: FormInstance, group_oid: str, key: str, actor: User) -> None:
    """Put a removed row back into the actor's draft with what it held, at its place by key.

    Raises NotNow where the row was not removed from this draft, or is back already.
    """
    draft = open_draft(form=form, actor=actor)
    group = repeating_group(form, group_oid)
    row = next((each for each in removed_rows(draft) if (each.group, each.key) == (group_oid, key)), None)
    if row is None:
        raise NotNow(_("This row is not among the removed ones. Load the page again."))
    keys = sorted([*draft.rows.get(group_oid, []), key], key=int)
    retired = [each for each in draft.retired_rows[group_oid] if each != key]
    draft.rows = {**draft.rows, group_oid: keys}
    draft.retired_rows = {**draft.retired_rows, group_oid: retired}
    draft.save(update_fields=["rows", "retired_rows", "saved_at"])
    asked = {item_path(item.oid, key) for item in group.items if item.is_typed_in}
    back = {path: entry for path, entry in row.entries.items() if path in asked}
    kept = {path: without_clock(each) for path, each in back.items()}
    DraftItem.objects.bulk_create(
        DraftItem(draft=draft, path=path, entry=entry, clock=clock) for path, (entry, clock) in kept.items()
    )
    audit.record(
        actor=actor, action="draft.row_restored", target=draft.form, path=item_path(group_oid, key),
        after=back, blinded=draft.stream,
    )  # fmt: skip
