"""Correcting a completed form: a new adjudicated revision with a reason, never a change of what was
sealed.
"""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import FormInstance, Observation, Stream, User
from edc.rules.form_logic import FormState
from edc.selectors.evaluation import faults_of, item_fault, state_of
from edc.selectors.records import held_record, sealed
from edc.services.completion import complete_form
from edc.services.entries import checked_entry, checked_path, is_empty, require_proposed
from edc.services.entry.hidden import ask_before_hiding, newly_hidden, require_shown
from edc.services.entry.prepare import locked
from edc.services.lock import require_open
from edc.services.reasons import required_text


@transaction.atomic
def correct_item(
    *,
    form: FormInstance,
    path: str,
    entry: Mapping[str, object],
    reason: str,
    actor: User,
    drop_hidden: bool = False,
) -> Observation:
    """Change one item of a completed form with a reason; what follows from it is computed anew.

    A signature or a verification of the form is visibly broken. Raises NotNow when the form is not
    complete, or locked, InvalidInput when the value is impossible, and HidesValues when it hides items that
    hold something, unless `drop_hidden` says that they may go.
    """
    access.require(actor, "enter_data", site=form.subject.site)
    reason = required_text(reason, field="reason")
    form = locked(form)
    if form.status not in FormInstance.FINAL:
        raise NotNow(_("Only a completed form can be corrected."))
    require_open(form, path=path)
    record = held_record(form)
    item = checked_path(form, path, record["rows"])
    checked = checked_entry(item, path, entry)
    if item.read_only:
        require_proposed(form, path, checked, actor)
    require_shown(form, record, path)
    fault = item_fault(form, path, checked)
    if fault:
        raise InvalidInput(_("The value is not possible."), fields={path: fault})
    content = _content(record, path, checked)
    state = state_of(form, content)
    require_possible(form, record, state)
    hidden = newly_hidden(form, record, content, state)
    if hidden and not drop_hidden:
        ask_before_hiding(form, path, record["items"].get(path), hidden)
    return _revise(form, record, path, content, reason, actor)


def require_possible(form: FormInstance, before: Mapping, state: FormState) -> None:
    """Raise InvalidInput where the change makes an item impossible, be it another than the one changed."""
    if not state.impossible:
        return
    known = set(state_of(form, before).impossible)
    faults = {path: each for path, each in faults_of(form, state).items() if path in state.impossible}
    new = {path: each for path, each in faults.items() if path not in known}
    if new:
        raise InvalidInput(_("The value is not possible."), fields=new)


def _content(record: dict, path: str, entry: dict) -> dict:
    items = {key: each for key, each in record["items"].items() if key != path}
    if not is_empty(entry):
        items[path] = entry
    return {"items": items, "rows": record["rows"]}


def _revise(
    form: FormInstance, record: dict, path: str, content: dict, reason: str, actor: User
) -> Observation:
    revision = seal_revision(form, content, reason, actor)
    audit.record(
        actor=actor,
        action="item.corrected",
        target=form,
        path=path,
        before=record["items"].get(path),
        after=content["items"].get(path),
        reason=reason,
    )
    complete_form(form=form, record=content, stream=Stream.ADJUDICATED, actor=actor, reason=reason)
    return revision


def seal_revision(form: FormInstance, content: dict, reason: str, actor: User) -> Observation:
    """Store the next adjudicated revision of a form's record; what was sealed before stays as it is."""
    last = sealed(form, Stream.ADJUDICATED)
    return Observation.objects.create(
        form=form,
        stream=Stream.ADJUDICATED,
        revision=last.revision + 1 if last else 1,
        observer=actor,
        content=content,
        content_sha256=audit.digest(content),
        reason=reason,
    )
