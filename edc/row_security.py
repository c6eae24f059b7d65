"""The second wall between sites: PostgreSQL itself shows a request only the rows of its actor's sites.

A session variable of the connection names the sites, or says that the work is the platform's own (workers,
commands, migrations). Where it says nothing there are no rows. On SQLite these functions do nothing. What a
person may do among the rows of their sites is asked of `edc.access`, never of the database.
The reasons and the limits: docs/decisions/0019-row-level-security.md.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import cast

import psycopg
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from psycopg.pq import TransactionStatus

from edc.models import User

VARIABLE = "tandem.sites"
ALL = "all"
_NARROW = f"""
SELECT set_config('{VARIABLE}', coalesce(string_agg(DISTINCT content_object_id::text, ','), ''), false)
FROM edc_siteuserobjectpermission WHERE user_id = %s AND (%s::bigint IS NULL OR content_object_id = %s)
"""  # noqa: S608 - a constant


class RowScopeMiddleware:
    """Show each request the rows of its person's sites, and afterwards what the process began with."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if connection.vendor != "postgresql":
            return self.get_response(request)
        streams = False
        try:
            narrow_to(request.user)
            response = self.get_response(request)
            if isinstance(response, StreamingHttpResponse):
                streams = True
                _end_after(response)
            return response
        finally:
            if not streams:
                _end()


def narrow_to(actor: User | AnonymousUser | None) -> None:
    """Show only the rows of sites where the actor holds anything; a site token shows that site alone.

    A visitor who has not logged in sees none, at no cost where the process itself sees none.
    """
    if connection.vendor != "postgresql":
        return
    if actor is None or not actor.is_authenticated:
        if settings.ROW_SCOPE:
            _set("")
        return
    site = getattr(getattr(actor, "api_token", None), "site_id", None)
    _raw().execute(_NARROW, (actor.pk, site, site))


@contextmanager
def every_site(why: str) -> Iterator[None]:
    """Show the rows of every site inside the block; `why` says what the answer needs them for.

    For what a service must know of other sites and tells nobody, such as whether an image is already bound
    elsewhere, and for acts whose right was checked for the study as a whole.
    """
    if connection.vendor != "postgresql":
        yield
        return
    if not why:
        raise ValueError("every_site: say what the rows of other sites are needed for")
    row = _raw().execute("SELECT current_setting(%s, true)", (VARIABLE,)).fetchone()
    _set(ALL)
    try:
        yield
    finally:
        # What failed is rolled back, and the variable with it.
        if _raw().info.transaction_status != TransactionStatus.INERROR:
            _set((row and row[0]) or "")


def bypasses_row_security() -> bool:
    """Tell whether no policy holds the role that the platform connects as."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def _set(sites: str) -> None:
    _raw().execute("SELECT set_config(%s, %s, false)", (VARIABLE, sites))


def _raw() -> psycopg.Connection:
    """Return the driver's connection, healthy: what a page asks of the database is counted without these."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    return connection.connection


def _end() -> None:
    """Put the connection back to what the process began with; one that cannot be is closed."""
    held = connection.connection
    if held is None or held.closed:
        return
    if held.info.transaction_status == TransactionStatus.INERROR and connection.in_atomic_block:
        return
    try:
        held.execute("SELECT set_config(%s, %s, false)", (VARIABLE, settings.ROW_SCOPE))
    except psycopg.Error:
        connection.close()


def _end_after(response: StreamingHttpResponse) -> None:
    """Keep the sites for a streamed answer until its last part is sent or its client is gone."""
    parts = cast(Iterator[bytes], response.streaming_content)

    def sent() -> Iterator[bytes]:
        try:
            yield from parts
        finally:
            _end()

    response.streaming_content = sent()


# The statements of migrations -----------------------------------------------------------------------
_NOW = f"current_setting('{VARIABLE}', true)"
# Subqueries that depend on no row are asked once a statement.
_EVERY = f"(SELECT {_NOW} = '{ALL}')"
# As a subquery of rows it is hashed: a list of sites would be gone through for each row.
_AMONG = f"(SELECT unnest(string_to_array(CASE {_NOW} WHEN '{ALL}' THEN '' ELSE {_NOW} END, ',')::bigint[]))"


def policies(vendor: str, rules: Mapping[str, str]) -> Iterator[str]:
    """Yield the statements that put tables behind the wall; each rule says when a row is seen or written.

    FORCE holds the owner of the tables too. A superuser and a role with BYPASSRLS stay outside.
    """
    if vendor != "postgresql":
        return
    for table, rule in rules.items():
        yield f"CREATE POLICY {table}_sites ON {table} USING ({_EVERY} OR {rule})"
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"


def policy_altered(table: str, rule: str) -> str:
    """Return the statement that gives a table behind the wall another rule."""
    return f"ALTER POLICY {table}_sites ON {table} USING ({_EVERY} OR {rule})"


def at_site(*, or_none: bool = False) -> str:
    """Return the rule of a table with a site of its own; `or_none` lets rows without a site through."""
    rule = f"site_id IN {_AMONG}"
    return f"site_id IS NULL OR {rule}" if or_none else rule


def through(table: str, parent: str, column: str) -> str:
    """Return the rule of a table whose rows are seen with the row of `parent` that `column` names."""
    return f"EXISTS (SELECT 1 FROM {parent} up WHERE up.id = {table}.{column})"  # noqa: S608 - names of tables
