"""Pages of a list whose length is known from elsewhere: a page costs its rows, not a count of them all."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import connection, transaction
from django.db.models import Model, QuerySet

# Among fewer rows than these the planner finds a page by itself.
MANY = 1000
Narrow = Callable[[int, int], tuple[QuerySet[Any], int]]


class CountedPaginator(Paginator):
    """A paginator that is told how many rows there are; `count` None has them counted.

    `narrow` returns for the first and last row of a page fewer rows that hold it, and how many precede these.
    The database orders the keys alone and stops at the page's end; the rows are read by their keys then.
    """

    def __init__(
        self, rows: QuerySet[Any], per_page: int, count: int | None, narrow: Narrow | None = None
    ) -> None:
        super().__init__(rows, per_page)
        self.narrow = narrow
        if count is not None:
            self.count = count

    def page(self, number: int | str) -> Page[Any]:
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        return Page(self._rows(first, min(first + self.per_page, self.count)), number, self)

    def _rows(self, first: int, end: int) -> Sequence[Model]:
        if first >= end:
            return []
        rows, before = self.narrow(first, end) if self.narrow else (self.object_list, 0)
        keys = rows.values_list("pk", flat=True)[first - before : end - before]
        if self.count >= MANY and rows is self.object_list:
            with _in_index_order():
                found = list(keys)
        else:
            found = list(keys)
        held = self.object_list.order_by().in_bulk(found)
        return [held[key] for key in found if key in held]


@contextmanager
def _in_index_order() -> Iterator[None]:
    """Have PostgreSQL follow an index instead of sorting: it cannot know that policies let most rows pass."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        for way in ("sort", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        yield
        for way in ("sort", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{way} = on")
