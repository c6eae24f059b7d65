"""Emptying the test database between transactional tests although the append-only triggers forbid it.

Only tests can do this: the triggers have no switch, so the guards are dropped and made again around the
flush.
"""

import pkgutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from unittest import mock

from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations

import edc.migrations
from edc import append_only

MIGRATIONS = [
    import_module(f"edc.migrations.{each.name}") for each in pkgutil.iter_modules(edc.migrations.__path__)
]
GUARDED: dict[str, tuple[str, ...]] = {
    table: operations
    for migration in MIGRATIONS
    for table, operations in getattr(migration, "GUARDED", {}).items()
}
MASKABLE: dict[str, tuple[str, ...]] = {
    table: columns
    for migration in MIGRATIONS
    for table, columns in getattr(migration, "MASKABLE", {}).items()
}
FIXED: dict[str, tuple[str, ...]] = {
    table: columns for migration in MIGRATIONS for table, columns in getattr(migration, "FIXED", {}).items()
}
FUNCTION = import_module("edc.migrations.0002_append_only").FUNCTION


@contextmanager
def flush_behind_the_guards() -> Iterator[None]:
    """While inside, a flush of any database drops the guards, empties the tables and makes the guards
    again.
    """
    flush = BaseDatabaseOperations.execute_sql_flush

    def unguarded(self: BaseDatabaseOperations, statements: Sequence[str]) -> None:
        with self.connection.cursor() as cursor:
            for statement in dropping(self.connection.vendor):
                cursor.execute(statement)
        try:
            flush(self, statements)
        finally:
            with self.connection.cursor() as cursor:
                for statement in making(self.connection.vendor):
                    cursor.execute(statement)

    with mock.patch.object(BaseDatabaseOperations, "execute_sql_flush", unguarded):
        yield


def making(vendor: str) -> list[str]:
    """Return the statements that guard the tables."""
    function = [FUNCTION] if vendor == "postgresql" else []
    masking = append_only.masking_triggers(connection, MASKABLE)
    fixing = append_only.fixing_triggers(vendor, FIXED)
    return [*function, *append_only.triggers(vendor, GUARDED), *masking, *fixing]


def dropping(vendor: str) -> list[str]:
    """Return the statements that take the guards away."""
    if vendor == "postgresql":
        functions = ("edc_refuse_change", "edc_refuse_unmasked")
        return [f"DROP FUNCTION IF EXISTS {name}() CASCADE" for name in functions]
    return [
        *(f"DROP TRIGGER IF EXISTS {table}_fixed" for table in FIXED),
        *(
            f"DROP TRIGGER IF EXISTS {table}_no_{operation.lower()}"
            for table, operations in GUARDED.items()
            for operation in operations
        ),
    ]
