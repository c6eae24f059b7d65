"""Queries: raised by a person, by an edit check or by an imaging deviation, and settled in a thread."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from edc import access, audit, jobs
from edc.errors import InvalidInput, NotNow
from edc.models import FormInstance, Query, QueryMessage, User
from edc.rules.subject_values import split_path
from edc.services.moves import move
from edc.services.reasons import required_text

UNSETTLED = (Query.State.OPEN, Query.State.ANSWERED)


@transaction.atomic
def raise_query(*, form: FormInstance, path: str, text: str, actor: User) -> Query:
    """Ask the site about one item of a completed form, or (path empty) about the form as a whole."""
    access.require(actor, "raise_query", site=form.subject.site)
    text = required_text(text, field="text", at_most=500)
    form = FormInstance.objects.select_for_update().get(pk=form.pk)
    if form.status == FormInstance.Status.LOCKED:
        raise NotNow(_("The form is locked. Unlock it first."))
    if path and form.status not in FormInstance.FINAL:
        raise NotNow(_("Items can be queried once the form is complete; ask about the whole form instead."))
    if path:
        _check_path(form, path)
    query = Query.objects.create(
        form=form, path=path, origin=Query.Origin.MANUAL, text_zh=text, text_en=text, raised_by=actor
    )
    audit.record(actor=actor, action="query.raised", target=query, path=path, after=text)
    return query


def _check_path(form: FormInstance, path: str) -> None:
    definition = form.design_version.design.form(form.form_oid)
    if split_path(path)[0] not in definition.items_by_oid:
        message = {"path": _("Choose an item of this form.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)


@transaction.atomic
def answer_query(*, query: Query, text: str, actor: User) -> Query:
    """Answer for the site; the one who may raise queries then closes or reopens it."""
    return _turn(query, "answer_query", Query.State.ANSWERED, text, actor)


@transaction.atomic
def close_query(*, query: Query, text: str, actor: User) -> Query:
    """Close a query that is settled."""
    return _turn(query, "raise_query", Query.State.CLOSED, text, actor)


@transaction.atomic
def reopen_query(*, query: Query, text: str, actor: User) -> Query:
    """Send an answered or closed query back to the site."""
    return _turn(query, "raise_query", Query.State.OPEN, text, actor)


@transaction.atomic
def cancel_query(*, query: Query, text: str, actor: User) -> Query:
    """Withdraw an open query that should not have been asked."""
    return _turn(query, "raise_query", Query.State.CANCELLED, text, actor)


def _turn(query: Query, permission: str, state: str, text: str, actor: User) -> Query:
    access.require(actor, permission, site=query.form.subject.site)
    text = required_text(text, field="text", at_most=1000)
    query = Query.objects.select_for_update().get(pk=query.pk)
    _say(query, state, text, actor)
    return query


def _say(query: Query, state: str, text: str, actor: User) -> None:
    before = query.state
    move(query, state)
    QueryMessage.objects.create(query=query, author=actor, text=text, state_after=state)
    audit.record(
        actor=actor, action=f"query.{state}", target=query, path=query.path, before=before, after=state,
        reason=text[:300],
    )  # fmt: skip


@transaction.atomic
def raise_system_query(
    *, form: FormInstance, path: str, rule_oid: str, text_zh: str, text_en: str, origin: str
) -> Query | None:
    """Open the one query of a rule at a place, or leave the unsettled one; None where a person settled it.

    What a person closed or cancelled is not asked again until the item's value has changed since.
    """
    queries = form.queries.filter(path=path, rule_oid=rule_oid)
    unsettled = queries.filter(state__in=UNSETTLED).first()
    if unsettled:
        return unsettled
    latest = queries.first()
    if latest and _settled_by_person(latest) and not _changed_since(form, path, latest):
        return None
    actor = jobs.system_user("checks")
    query = Query.objects.create(
        form=form,
        path=path,
        origin=origin,
        rule_oid=rule_oid,
        text_zh=text_zh[:500],
        text_en=text_en[:500],
        raised_by=actor,
    )
    audit.record(
        actor=actor, action="query.raised", target=query, path=path, after=text_en[:500] or text_zh[:500]
    )
    return query


def _settled_by_person(query: Query) -> bool:
    last = query.messages.last()
    return last is not None and not last.author.is_system


def _changed_since(form: FormInstance, path: str, query: Query) -> bool:
    item_oid, row_key = split_path(path)
    values = form.values.filter(item_oid=item_oid, row_key=row_key or "")
    return values.filter(updated_at__gt=query.state_changed_at).exists()


@transaction.atomic
def settle_system_query(*, form: FormInstance, path: str, rule_oid: str, text: str) -> None:
    """Close the unsettled query of a rule at a place, because the rule now holds."""
    actor = jobs.system_user("checks")
    for query in form.queries.select_for_update().filter(path=path, rule_oid=rule_oid, state__in=UNSETTLED):
        _say(query, Query.State.CLOSED, text, actor)


def settled_text() -> str:
    """Return what the thread says when a check holds again, in both languages."""
    message = "The check holds now; closed by the system."
    with override("zh-hans"):
        chinese = _("The check holds now; closed by the system.")
    return message if chinese == message else f"{chinese} / {message}"
