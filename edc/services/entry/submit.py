"""Sealing a pass: checked, stored for ever, and with the second pass compared."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import FormInstance, Observation, Stream, User
from edc.selectors.evaluation import faults_of, pass_state, shown_part
from edc.selectors.records import record_of, sealed
from edc.services.completion import complete_form
from edc.services.entries import checked_record, is_empty
from edc.services.entry.consent import require_consent
from edc.services.entry.draft import locked
from edc.services.entry.draw import draw_second_pass, settle_mode
from edc.services.lock import require_open
from edc.services.moves import move
from edc.services.passes import pass_for
from edc.services.reconcile import compare_passes

Status = FormInstance.Status


@transaction.atomic
def submit_entry(
    *, form: FormInstance, actor: User, record: Mapping | None = None, source: str = "page"
) -> Observation:
    """Seal the actor's pass of the form and return it; it never changes afterwards.

    Without `record` the actor's draft is sealed; a program may send the whole record at once, under the same
    rules. Raises InvalidInput naming each item that is impossible or required and missing. A single-
    entry form is then complete; the second pass of a double-entry form starts the comparison.
    """
    access.require(actor, "enter_data", site=form.subject.site)
    form = locked(form)
    require_open(form)
    stream = pass_for(form, actor)
    content, started_at = _content(form, actor, record, stream)
    require_consent(form, actor)
    state = pass_state(form, content, stream)
    faults = faults_of(form, state)
    if faults:
        raise InvalidInput(_("Some items need correction before the form can be submitted."), fields=faults)
    content = shown_part(content, state)
    withdrawn = sealed(form, stream)  # a first pass whose import was undone
    observation = Observation.objects.create(
        form=form,
        stream=stream,
        revision=withdrawn.revision + 1 if withdrawn else 1,
        reason=_("Entered anew: the import of this pass was undone.") if withdrawn else "",
        observer=actor,
        content=content,
        content_sha256=audit.digest(content),
        started_at=started_at,
    )
    form.drafts.filter(observer=actor).delete()
    after = {"stream": stream, "sha256": observation.content_sha256, "source": source, "content": content}
    audit.record(actor=actor, action="entry.submitted", target=form, after=after, blinded=stream)
    if stream == Stream.ENTRY_1:
        draw_second_pass(form=form, actor=actor)
        settle_mode(form=form, actor=actor)
    _go_on(form, observation, actor)
    return observation


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


def _go_on(form: FormInstance, observation: Observation, actor: User) -> None:
    if form.entry_mode == FormInstance.EntryMode.SINGLE:
        complete_form(form=form, record=observation.content, stream=observation.stream, actor=actor)
    elif observation.stream == Stream.ENTRY_1:
        move(form, Status.FIRST_SEALED)
    else:
        compare_passes(form=form, actor=actor)
