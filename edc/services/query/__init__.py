"""Queries: raised by a person, by an edit check or by an imaging deviation, and settled in a thread."""

from edc.services.query.asking import assign_query, raise_query
from edc.services.query.bulk import RowResult, assign_queries, raise_queries, turn_queries
from edc.services.query.source import ask_site
from edc.services.query.standard import save_standard_text
from edc.services.query.system import (
    close_unreachable,
    raise_system_query,
    settle_system_query,
    settled_text,
)
from edc.services.query.turns import (
    TURNS,
    answer_query,
    cancel_query,
    close_query,
    release_query,
    reopen_query,
    resolve_query,
    turns_open_to,
)

__all__ = [
    "TURNS",
    "RowResult",
    "answer_query",
    "ask_site",
    "assign_queries",
    "assign_query",
    "cancel_query",
    "close_query",
    "close_unreachable",
    "raise_queries",
    "raise_query",
    "raise_system_query",
    "release_query",
    "reopen_query",
    "resolve_query",
    "save_standard_text",
    "settle_system_query",
    "settled_text",
    "turn_queries",
    "turns_open_to",
]
