"""Sealing a pass: checked, stored for ever, and with the second pass compared."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.models import FormInstance, Observation, Stream, User
from edc.selectors.records import sealed
from edc.services.completion import complete_form
from edc.services.entry.draw import draw_second_pass, settle_mode
from edc.services.entry.prepare import locked, prepared
from edc.services.entry.recheck import require_rechecked
from edc.services.lock import require_open
from edc.services.moves import move
from edc.services.reconcile import compare_passes

Status = FormInstance.Status


@transaction.atomic
def submit_entry(
    *, form: FormInstance, actor: User, record: Mapping | None = None, source: str = "page"
) -> Observation:
    """Seal the actor's pass of the form and return it; it never changes afterwards.

    Without `record` the actor's draft is sealed; a program may send the whole record at once, under the same
    rules. Raises InvalidInput naming each item that is impossible or required and missing. A single-
    entry form is then complete; the second pass of a double-entry form starts the comparison. Where the
    study lets the second person check again first, raises RecheckOwed once: `ask_recheck` begins that round.
    """
    access.require(actor, "enter_data", site=form.subject.site)
    form = locked(form)
    require_open(form)
    sent = prepared(form, actor, record)
    stream, content = sent.stream, sent.content
    if stream == Stream.ENTRY_2:
        require_rechecked(form, actor, content)
    withdrawn = sealed(form, stream)  # a first pass whose import was undone
    observation = Observation.objects.create(
        form=form,
        stream=stream,
        revision=withdrawn.revision + 1 if withdrawn else 1,
        reason=_("Entered anew: the import of this pass was undone.") if withdrawn else "",
        observer=actor,
        content=content,
        content_sha256=audit.digest(content),
        started_at=sent.started_at,
    )
    form.drafts.filter(observer=actor).delete()
    after = {"stream": stream, "sha256": observation.content_sha256, "source": source, "content": content}
    if sent.clocks:
        after["clocks"] = sent.clocks
    audit.record(actor=actor, action="entry.submitted", target=form, after=after, blinded=stream)
    if stream == Stream.ENTRY_1:
        draw_second_pass(form=form, actor=actor)
        settle_mode(form=form, actor=actor)
    _go_on(form, observation, actor)
    return observation


def _go_on(form: FormInstance, observation: Observation, actor: User) -> None:
    if form.entry_mode == FormInstance.EntryMode.SINGLE:
        complete_form(form=form, record=observation.content, stream=observation.stream, actor=actor)
    elif observation.stream == Stream.ENTRY_1:
        move(form, Status.FIRST_SEALED)
    else:
        compare_passes(form=form, actor=actor)
