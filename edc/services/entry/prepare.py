"""A pass as it would be sealed: whose turn it is, what it holds, and that nothing forbids it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from edc.errors import InvalidInput, NotNow
from edc.models import Draft, FormInstance, User
from edc.selectors.evaluation import faults_of, pass_state, shown_part
from edc.selectors.records import record_of
from edc.services.entries import checked_record, is_empty
from edc.services.entry.clock import both_clocks
from edc.services.entry.consent import require_consent
from edc.services.passes import pass_for


@dataclass(frozen=True)
class Pass:
    """The stream, the record without what the rules hide, when its draft was begun, and both clocks of each
    item of the draft; none where a program sent the record whole.
    """

    stream: str
    content: dict
    started_at: datetime | None
    clocks: dict[str, dict]


def locked(form: FormInstance) -> FormInstance:
    """Return the form's row, held until the end of the transaction."""
    return FormInstance.objects.select_for_update().get(pk=form.pk)


def prepared(form: FormInstance, actor: User, record: Mapping | None) -> Pass:
    """Return the actor's pass of the form, which the caller holds: of the draft, or of a record sent whole.

    Raises NotNow where it is not the actor's turn, and InvalidInput naming each item that is impossible or
    required and missing.
    """
    stream = pass_for(form, actor)
    draft = form.drafts.filter(observer=actor).first()
    content = _content(form, draft, record, stream)
    require_consent(form, actor)
    state = pass_state(form, content, stream)
    faults = faults_of(form, state)
    if faults:
        raise InvalidInput(_("Some items need correction before the form can be submitted."), fields=faults)
    shown = shown_part(content, state)
    typed = draft.items.filter(path__in=shown["items"]) if draft and record is None else ()
    return Pass(stream, shown, draft.started_at if draft else None, both_clocks(typed))


def _content(form: FormInstance, draft: Draft | None, record: Mapping | None, stream: str) -> dict:
    if record is not None:
        return checked_record(form, record, stream)
    if draft is None:
        raise NotNow(_("There is nothing to submit: you have no draft of this form."))
    held = record_of(draft)
    items = {path: entry for path, entry in held["items"].items() if not is_empty(entry)}
    return {"items": items, "rows": held["rows"]}
