"""Why a person lets a value stand that a soft check questions: given at entry, shown with the query."""

from django.db import transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import NotNow
from edc.models import CheckReason, FormInstance, Query, QueryMessage, User
from edc.services.lock import require_open
from edc.services.moves import move
from edc.services.reasons import required_text


@transaction.atomic
def give_check_reason(*, form: FormInstance, path: str, rule_oid: str, text: str, actor: User) -> CheckReason:
    """Keep the actor's reason for a value that a soft check questions, while the actor's pass is open.

    Nobody else sees it before the form is complete. Then it answers the query that the check asks.
    """
    access.require(actor, "enter_data", site=form.subject.site)
    text = required_text(text, field="text", at_most=500)
    require_open(form)
    draft = form.drafts.filter(observer=actor).first()
    if draft is None:
        raise NotNow(_("A reason is given while the form is being entered. Answer the query instead."))
    held = CheckReason.objects.filter(form=form, path=path, rule_oid=rule_oid, author=actor).first()
    before = held.text if held else None
    reason = held or CheckReason(form=form, path=path, rule_oid=rule_oid, author=actor)
    reason.text = text
    reason.save()
    audit.record(
        actor=actor, action="check.reason_given", target=form, path=path, blinded=draft.stream,
        before=before, after={"rule": rule_oid, "text": text},
    )  # fmt: skip
    return reason


def answer_with_reasons(query: Query) -> None:
    """Answer a query just asked with the reasons given at entry, as those who gave them."""
    given = query.form.check_reasons.filter(path=query.path, rule_oid=query.rule_oid)
    for reason in given.select_related("author"):
        before = query.state
        if before == Query.State.OPEN:
            move(query, Query.State.ANSWERED)
        QueryMessage.objects.create(
            query=query, author=reason.author, text=reason.text, state_after=query.state
        )
        audit.record(
            actor=reason.author, action="query.answered", target=query, path=query.path, before=before,
            after=query.state, reason=reason.text[:300],
        )  # fmt: skip
