"""Unsettled queries, open differences and firings of sites, from what PostgreSQL keeps for each subject.

SQLite keeps nothing: there the pages read the rows, which is also what these answers are checked against.
What the running transaction changed is among the answers; `subject_counts.are_kept` tells whether to ask.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, IntegerField, Sum
from django.db.models.expressions import Func

from edc.models import SubjectFindings
from edc.selectors.subject_counts import count_own_changes

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AGES = """
SELECT f.site_id, width_bucket((q ->> 1)::bigint, %s::bigint[]) AS place, count(*), min((q ->> 1)::bigint)
FROM edc_subjectfindings f CROSS JOIN LATERAL jsonb_array_elements(f.queries) q
WHERE f.site_id = ANY (%s) AND f.queries IS NOT NULL AND q ->> 0 = ANY (%s)
GROUP BY 1, 2
"""
_OPEN_DIFFERENCES = """
SELECT (d ->> 1)::bigint
FROM edc_subjectfindings f CROSS JOIN LATERAL jsonb_array_elements(f.differences_open) d
WHERE f.site_id = ANY (%s) AND f.differences_open IS NOT NULL
ORDER BY (d ->> 0)::bigint, (d ->> 1)::bigint OFFSET %s LIMIT %s
"""
_FIRINGS = """
SELECT c ->> 0, c ->> 1, c ->> 2,
    sum((c ->> 3)::int), sum((c ->> 4)::int), sum((c ->> 5)::int), sum((c ->> 6)::int)
FROM edc_subjectfindings f CROSS JOIN LATERAL jsonb_array_elements(f.firings) c
WHERE f.site_id = ANY (%s) AND f.firings IS NOT NULL
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


def ages_of_queries(
    sites: Iterable[int], states: Iterable[str], since: Sequence[datetime]
) -> list[tuple[int, int, int, datetime]]:
    """Return site, place, count and the first moment of the unsettled queries in these states.

    `since` names moments, the latest first; a query has the place of the first that it was raised after, and
    the number of them where it was raised after none.
    """
    bounds = [_moment(each) + 1 for each in reversed(since)]
    rows = _rows(_AGES, [bounds, list(sites), list(states)])
    return [
        (site, len(bounds) - place, count, _EPOCH + timedelta(microseconds=first))
        for site, place, count, first in rows
    ]


def differences_of(sites: Iterable[int]) -> dict[str, int]:
    """Return how many differences there are: `all`, `open`, and `waiting`, of forms in disagreement."""
    length = Func(F("differences_open"), function="jsonb_array_length", output_field=IntegerField())
    count_own_changes()
    return SubjectFindings.objects.filter(differences__gt=0, site__in=list(sites)).aggregate(
        all=Sum("differences", default=0),
        open=Sum(length, default=0),
        waiting=Sum("differences_waiting", default=0),
    )


def open_differences(sites: Iterable[int], first: int, end: int) -> list[int]:
    """Return the ids of the open differences `first` to before `end`, the longest waiting first."""
    return [row[0] for row in _rows(_OPEN_DIFFERENCES, [list(sites), first, end - first])]


def firings_by_rule(sites: Iterable[int]) -> list[tuple[str, str, str, int, int, int, int]]:
    """Return rule, item and severity with the numbers fired, open, changed and unchanged."""
    return _rows(_FIRINGS, [list(sites)])


def _moment(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _rows(statement: str, asked: list[Any]) -> list:
    count_own_changes()
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return cursor.fetchall()
