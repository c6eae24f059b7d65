"""Releasing the draft that somebody left behind, so that another person can enter the pass."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import NotNow
from edc.models import Draft, FormInstance, Stream, User
from edc.selectors.records import record_of
from edc.services.entry.prepare import locked
from edc.services.lock import require_open
from edc.services.moves import move
from edc.services.reasons import required_text

# A draft of somebody who still enters data here counts as left behind after this time without a key.
LEFT_AFTER = timedelta(days=14)


def is_left(draft: Draft) -> bool:
    """Tell whether nobody goes on with the draft: its person enters no data here any more, or has not for
    `LEFT_AFTER`.
    """
    stays = access.may(draft.observer, "enter_data", site=draft.form.subject.site)
    return not stays or draft.saved_at < timezone.now() - LEFT_AFTER


@transaction.atomic
def release_draft(*, form: FormInstance, stream: str, reason: str, actor: User) -> FormInstance:
    """End the draft of a pass that was left behind; the pass is then anybody's to enter from the beginning.

    The actor learns nothing of its text, and the audit row of it holds a digest only: what was typed stays
    in the rows of each save, which tell no more than before. Raises NotNow where there is no such
    draft or its person may still go on with it.
    """
    access.require(actor, "resolve_disagreement", site=form.subject.site)
    reason = required_text(reason, field="reason")
    form = locked(form)
    require_open(form)
    draft = form.drafts.select_related("observer", "form__subject__site").filter(stream=stream).first()
    if draft is None:
        raise NotNow(_("There is no such draft any more."))
    if not is_left(draft):
        raise NotNow(
            _("%(person)s may still go on with this draft. Ask them to submit it.")
            % {"person": draft.observer}
        )
    record = record_of(draft)
    before = {
        "stream": draft.stream,
        "observer": draft.observer.username,
        "items": len(record["items"]),
        "sha256": audit.digest(record),
    }
    draft.delete()
    first = stream == Stream.ENTRY_1
    move(form, FormInstance.Status.TO_DO if first else FormInstance.Status.FIRST_SEALED)
    audit.record(actor=actor, action="draft.released", target=form, before=before, reason=reason)
    return form
