"""The queries that the system itself asks and closes."""

from collections.abc import Callable, Collection

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from edc import audit, jobs
from edc.models import FormInstance, HoldKind, Query
from edc.rules.subject_values import split_path
from edc.selectors.holds import on_form, strongest
from edc.selectors.query_list import OPEN_STATES
from edc.services.query.turns import say


@transaction.atomic
def raise_system_query(
    *, form: FormInstance, path: str, rule_oid: str, text_zh: str, text_en: str, origin: str
) -> Query | None:
    """Open the one query of a rule at a place, or leave the unsettled one.

    None where a person settled it, or a lock is in force.

    What a person closed or cancelled is not asked again until the item's value has changed since; about a
    whole form, until the question is another.
    """
    hold = strongest(on_form(form, path))
    if form.status == FormInstance.Status.LOCKED or (hold and hold.kind == HoldKind.LOCK):
        return None
    queries = form.queries.filter(path=path, rule_oid=rule_oid)
    unsettled = queries.filter(state__in=OPEN_STATES).first()
    if unsettled:
        return unsettled
    latest = queries.first()
    if latest and _settled_by_person(latest) and not _is_another(form, path, latest, text_en):
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


def _is_another(form: FormInstance, path: str, query: Query, text_en: str) -> bool:
    return _changed_since(form, path, query) if path else query.text_en != text_en[:500]


def _changed_since(form: FormInstance, path: str, query: Query) -> bool:
    item_oid, row_key = split_path(path)
    values = form.values.filter(item_oid=item_oid, row_key=row_key or "")
    return values.filter(updated_at__gt=query.state_changed_at).exists()


@transaction.atomic
def settle_system_query(*, form: FormInstance, path: str, rule_oid: str, text: str) -> None:
    """Close the unsettled query of a rule at a place, because the rule now holds."""
    actor = jobs.system_user("checks")
    held = form.queries.select_for_update().filter(path=path, rule_oid=rule_oid, state__in=OPEN_STATES)
    for query in held:
        say(query, Query.State.CLOSED, text, actor)


@transaction.atomic
def close_unreachable(*, form: FormInstance, shown: Collection[str]) -> None:
    """Close the form's queries on items that are hidden now, or whose row was removed: nobody can answer."""
    actor = jobs.system_user("checks")
    held = form.queries.select_for_update().filter(state__in=OPEN_STATES).exclude(path="")
    for query in held:
        if query.path not in shown:
            say(query, Query.State.CLOSED, in_both_languages(_gone), actor)


def _gone() -> str:
    return _("The item is hidden or its row was removed; closed by the system.")


def _settled() -> str:
    return _("The check holds now; closed by the system.")


def settled_text() -> str:
    """Return what the thread says when a check holds again, in both languages."""
    return in_both_languages(_settled)


def in_both_languages(words: Callable[[], str]) -> str:
    """Return the words in Chinese and English, as one text; nobody's language is known to the system."""
    with override("zh-hans"):
        chinese = words()
    with override("en"):
        english = words()
    return english if chinese == english else f"{chinese} / {english}"
