"""A pass as it would be sealed: whose turn it is, what it holds, and that nothing forbids it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from edc.errors import InvalidInput, NotNow
from edc.models import FormInstance, User
from edc.selectors.evaluation import faults_of, pass_state, shown_part
from edc.selectors.records import record_of
from edc.services.entries import checked_record, is_empty
from edc.services.entry.consent import require_consent
from edc.services.passes import pass_for


@dataclass(frozen=True)
class Pass:
    """The stream, the record without what the rules hide, and when its draft was begun."""

    stream: str
    content: dict
    started_at: datetime | None


def locked(form: FormInstance) -> FormInstance:
    """Return the form's row, held until the end of the transaction."""
    return FormInstance.objects.select_for_update().get(pk=form.pk)


def prepared(form: FormInstance, actor: User, record: Mapping | None) -> Pass:
    """Return the actor's pass of the form, which the caller holds: of the draft, or of a record sent whole.

    Raises NotNow where it is not the actor's turn, and InvalidInput naming each item that is impossible or
    required and missing.
    """
    stream = pass_for(form, actor)
    content, started_at = _content(form, actor, record, stream)
    require_consent(form, actor)
    state = pass_state(form, content, stream)
    faults = faults_of(form, state)
    if faults:
        raise InvalidInput(_("Some items need correction before the form can be submitted."), fields=faults)
    return Pass(stream, shown_part(content, state), started_at)


def _content(
    form: FormInstance, actor: User, record: Mapping | None, stream: str
) -> tuple[dict, datetime | None]:
    draft = form.drafts.filter(observer=actor).first()
    if record is not None:
        return checked_record(form, record, stream), draft.started_at if draft else None
    if draft is None:
        raise NotNow(_("There is nothing to submit: you have no draft of this form."))
    record = record_of(draft)
    items = {path: entry for path, entry in record["items"].items() if not is_empty(entry)}
    return {"items": items, "rows": record["rows"]}, draft.started_at
