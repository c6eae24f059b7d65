"""The statements with which a migration makes tables append-only, on both databases.

The reasons and the limits: docs/decisions/0004-append-only-by-trigger.md. The function that the PostgreSQL
triggers call is made by migration 0002.
"""

from collections.abc import Iterator, Mapping, Sequence

NO_CHANGE = ("UPDATE", "DELETE")


def triggers(vendor: str, guarded: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield the statements that refuse these operations on each table."""
    for table, operations in guarded.items():
        if vendor == "postgresql":
            yield from _on_postgresql(table, operations)
        else:
            yield from _on_sqlite(table, operations)


def _on_sqlite(table: str, operations: Sequence[str]) -> Iterator[str]:
    for operation in operations:
        yield (
            f"CREATE TRIGGER {table}_no_{operation.lower()} BEFORE {operation} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'append-only: {operation} on {table}'); END"
        )


def _on_postgresql(table: str, operations: Sequence[str]) -> Iterator[str]:
    yield (
        f"CREATE TRIGGER {table}_no_change BEFORE {' OR '.join(operations)} ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION edc_refuse_change()"
    )
    yield (
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION edc_refuse_change()"
    )
