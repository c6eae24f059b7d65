"""One act on many queries or forms: every row goes through the same service, and each says how it went."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from edc.errors import DomainError, InvalidInput
from edc.models import FormInstance, Query, User
from edc.services.query.asking import assign_query, raise_query
from edc.services.query.turns import (
    cancel_query,
    close_query,
    release_query,
    reopen_query,
    resolve_query,
)

MOST = 500
BY_NAME = {
    "close": close_query,
    "cancel": cancel_query,
    "release": release_query,
    "resolve": resolve_query,
    "reopen": reopen_query,
}


@dataclass(frozen=True)
class RowResult:
    """What became of one row: done, or the reason in the reader's language why not."""

    row: Any
    done: bool
    message: str = ""


def turn_queries(
    *, queries: Iterable[Query], turn: str, actor: User, text: str = "", standard: str = ""
) -> list[RowResult]:
    """Take one turn on each query; a row that refuses leaves the others alone.

    Raises InvalidInput for a turn that cannot be taken in bulk: an answer is about one source.
    """
    if turn not in BY_NAME:
        message = {"turn": _("Choose what to do with the queries.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    take = BY_NAME[turn]
    return _each(queries, lambda each: take(query=each, text=text, standard=standard, actor=actor))


def assign_queries(*, queries: Iterable[Query], assignee: User | None, actor: User) -> list[RowResult]:
    """Name the person who sees to each query, or nobody."""
    return _each(queries, lambda each: assign_query(query=each, assignee=assignee, actor=actor))


def raise_queries(
    *, forms: Iterable[FormInstance], path: str, actor: User, text: str = "", standard: str = ""
) -> list[RowResult]:
    """Ask the same about each form: about one item of it, or (path empty) about the whole form."""
    return _each(
        forms, lambda each: raise_query(form=each, path=path, text=text, standard=standard, actor=actor)
    )


def _each(rows: Iterable, act: Callable) -> list[RowResult]:
    results = []
    for row in rows:
        try:
            with transaction.atomic():
                act(row)
        except DomainError as refused:
            told = next(iter(refused.fields.values()), refused.message)
            results.append(RowResult(row, False, str(told)))
        except PermissionDenied:
            results.append(RowResult(row, False, _("Your role may not do this here.")))
        else:
            results.append(RowResult(row, True))
    return results
