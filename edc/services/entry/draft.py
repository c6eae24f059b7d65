"""The draft: saved item by item while a person types, seen by that person only."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import ItemMoved, NotNow
from edc.models import Draft, DraftItem, FormInstance, Stream, User
from edc.rules.form_logic import FormState
from edc.rules.subject_values import item_path
from edc.selectors.evaluation import as_pass, pass_state, state_of
from edc.selectors.records import record_of
from edc.services.entries import checked_entry, checked_path, repeating_group, require_proposed
from edc.services.entry.clock import told_clock, with_clock
from edc.services.entry.consent import require_consent
from edc.services.entry.draw import draw_second_pass
from edc.services.entry.hidden import ask_before_hiding, newly_hidden
from edc.services.entry.prepare import locked
from edc.services.lock import require_open
from edc.services.moves import move
from edc.services.passes import pass_for
from edc.services.values import HIDDEN

Status = FormInstance.Status


@dataclass(frozen=True)
class SavedItem:
    """What one save gives back: the item's new version and the form as it now stands.

    `erased` are the items that the save hid, now empty, with their versions.
    """

    path: str
    version: int
    state: FormState
    erased: Mapping[str, int] = field(default_factory=dict)


@transaction.atomic
def open_draft(*, form: FormInstance, actor: User) -> Draft:
    """Return the actor's draft of the form, begun now if there is none.

    The first person gets the first pass; once it is sealed, another person gets the second. Raises
    NotNow when it is not the actor's turn or consent is missing.
    """
    access.require(actor, "enter_data", site=form.subject.site)
    form = locked(form)
    require_open(form)
    own = form.drafts.filter(observer=actor).first()
    if own:
        return own
    stream = pass_for(form, actor)
    require_consent(form, actor)
    if stream == Stream.ENTRY_1:
        draw_second_pass(form=form, actor=actor)
    draft = Draft.objects.create(form=form, stream=stream, observer=actor)
    move(form, Status.FIRST_DRAFT if stream == Stream.ENTRY_1 else Status.SECOND_DRAFT)
    audit.record(actor=actor, action="entry.begun", target=form, after=stream)
    return draft


@transaction.atomic
def save_item(
    *,
    form: FormInstance,
    path: str,
    entry: Mapping[str, object],
    expected_version: int,
    actor: User,
    drop_hidden: bool = False,
) -> SavedItem:
    """Keep one item as typed and return the form's new state; the draft is begun with the first item.

    `expected_version` is the version on which the page stands, 0 for an item never saved. Raises ItemMoved (a
    Conflict) with both values when another tab saved in between. What is impossible is kept too: it is
    refused at submit, so that nothing typed is lost. The entry may carry the client's clock (`told_clock`),
    kept beside the server's. Where the entry hides items that hold something, raises HidesValues
    unless `drop_hidden` says that they may go.
    """
    draft = open_draft(form=form, actor=actor)
    form = draft.form
    item = checked_path(form, path, draft.rows, draft.stream)
    clock = told_clock(entry, timezone.now())
    entry = checked_entry(item, path, entry)
    if item.read_only:
        require_proposed(form, path, entry, actor)
    held = draft.items.filter(path=path).first()
    if (held.version if held else 0) != expected_version:
        raise _moved(path, held, entry)
    if held is None or held.entry != entry:
        version = _write(draft, path, entry, expected_version, clock)
        before = held.entry if held else None
        audit.record(
            actor=actor, action="draft.saved", target=form, path=path, before=before,
            after=with_clock(entry, clock), blinded=draft.stream,
        )  # fmt: skip
    else:
        version = expected_version
    state, erased = _without_hidden(draft, path, held, drop_hidden)
    return SavedItem(path, version, state, erased)


def _without_hidden(
    draft: Draft, path: str, held: DraftItem | None, drop_hidden: bool
) -> tuple[FormState, dict[str, int]]:
    """Return the form's state after a save, and what was erased: asked for first, then taken away."""
    form, record = draft.form, record_of(draft)
    state = state_of(form, record)
    others = {key: each for key, each in record["items"].items() if key != path}
    before = {"items": others | ({path: held.entry} if held else {}), "rows": record["rows"]}
    hidden = newly_hidden(form, before, {"items": others, "rows": record["rows"]}, state)
    if not hidden:
        return as_pass(form, state, draft.stream), {}
    if not drop_hidden:
        ask_before_hiding(form, path, held.entry if held else None, hidden)
    erased = {}
    for item in draft.items.filter(path__in=hidden):
        audit.record(
            actor=draft.observer, action="draft.saved", target=form, path=item.path, before=item.entry,
            after=None, reason=HIDDEN, blinded=draft.stream,
        )  # fmt: skip
        empty = {"raw": None, "unit": None, "missing": None}
        erased[item.path] = _write(draft, item.path, empty, item.version, {})
    return pass_state(form, record_of(draft), draft.stream), erased


def _write(draft: Draft, path: str, entry: dict, expected_version: int, clock: dict) -> int:
    if expected_version == 0:
        try:
            with transaction.atomic():
                DraftItem.objects.create(draft=draft, path=path, entry=entry, clock=clock)
        except IntegrityError:
            raise _moved(path, draft.items.get(path=path), entry) from None
        return _touch(draft, 1)
    items = DraftItem.objects.filter(draft=draft, path=path, version=expected_version)
    if not items.update(entry=entry, clock=clock, version=F("version") + 1, saved_at=timezone.now()):
        raise _moved(path, draft.items.filter(path=path).first(), entry)
    return _touch(draft, expected_version + 1)


def _touch(draft: Draft, version: int) -> int:
    draft.save(update_fields=["saved_at"])
    return version


def _moved(path: str, held: DraftItem | None, offered: Mapping[str, object]) -> ItemMoved:
    return ItemMoved(
        _("This item was saved in another window meanwhile. Choose which value to keep."),
        path=path,
        saved=held.entry if held else None,
        offered=dict(offered),
        version=held.version if held else 0,
    )


@transaction.atomic
def add_row(*, form: FormInstance, group_oid: str, actor: User) -> str:
    """Add a row to a repeating item group of the draft and return its key, which is never used again."""
    draft = open_draft(form=form, actor=actor)
    repeating_group(form, group_oid, draft.stream)
    used = [*draft.rows.get(group_oid, []), *draft.retired_rows.get(group_oid, [])]
    key = str(max((int(each) for each in used), default=0) + 1)
    draft.rows = {**draft.rows, group_oid: [*draft.rows.get(group_oid, []), key]}
    draft.save(update_fields=["rows", "saved_at"])
    _record_row(draft, "draft.row_added", item_path(group_oid, key), actor)
    return key


@transaction.atomic
def remove_row(*, form: FormInstance, group_oid: str, key: str, actor: User) -> None:
    """Take a row and its items out of the draft; the key is retired."""
    draft = open_draft(form=form, actor=actor)
    group = repeating_group(form, group_oid, draft.stream)
    if key not in draft.rows.get(group_oid, []):
        raise NotNow(_("This row has been removed already."))
    draft.rows = {**draft.rows, group_oid: [each for each in draft.rows[group_oid] if each != key]}
    draft.retired_rows = {
        **draft.retired_rows,
        group_oid: [*draft.retired_rows.get(group_oid, []), key],
    }
    draft.save(update_fields=["rows", "retired_rows", "saved_at"])
    gone = draft.items.filter(path__in=[item_path(item.oid, key) for item in group.items])
    before = {item.path: with_clock(item.entry, item.clock) for item in gone}
    gone.delete()
    _record_row(draft, "draft.row_removed", item_path(group_oid, key), actor, before)


def _record_row(draft: Draft, action: str, path: str, actor: User, before: object = None) -> None:
    audit.record(
        actor=actor, action=action, target=draft.form, path=path, before=before, blinded=draft.stream
    )
