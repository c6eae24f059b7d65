"""The statements with which a migration makes tables append-only, on both databases.

The reasons and the limits: docs/decisions/0004-append-only-by-trigger.md. The function that the PostgreSQL
triggers call is made by migration 0002.
"""

from collections.abc import Iterator, Mapping, Sequence

from django.db.backends.base.base import BaseDatabaseWrapper

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


def fixing_triggers(vendor: str, fixed: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield the statements that refuse another content of these columns; the table's others may change."""
    for table, columns in fixed.items():
        name = f"{table}_fixed"
        if vendor == "postgresql":
            differs = " OR ".join(f"OLD.{each} IS DISTINCT FROM NEW.{each}" for each in columns)
            yield (
                f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({differs}) "
                "EXECUTE FUNCTION edc_refuse_change()"
            )
        else:
            differs = " OR ".join(f"OLD.{each} IS NOT NEW.{each}" for each in columns)
            yield (
                f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} WHEN {differs} "
                f"BEGIN SELECT RAISE(ABORT, 'append-only: UPDATE on {table}'); END"
            )


# Nothing of a row may differ but what edc_redactedcell names, with what it says since, and only while that
# redaction, approved by a second person, is being applied.
MASKED = (
    "SELECT 1 FROM edc_redactedcell c JOIN edc_redaction r ON r.id = c.redaction_id"
    " WHERE r.state = 'approved' AND c.row_id = OLD.id AND"
)
UNMASKED_FUNCTION = f"""
CREATE OR REPLACE FUNCTION edc_refuse_unmasked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb; is_now jsonb; col text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        was := to_jsonb(OLD); is_now := to_jsonb(NEW);
        FOREACH col IN ARRAY TG_ARGV LOOP
            IF is_now -> col IS NOT DISTINCT FROM was -> col OR EXISTS (
                {MASKED} c.table_name = TG_TABLE_NAME AND c.column_name = col AND c.masked = is_now -> col
            ) THEN
                was := was - col; is_now := is_now - col;
            END IF;
        END LOOP;
        IF was = is_now THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'append-only: % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def masking_triggers(connection: BaseDatabaseWrapper, maskable: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield the statements that let a redaction through to these columns of append-only tables.

    The triggers keep their names. Why this is no switch: docs/decisions/0016-redaction-through-the-guards.md.
    """
    if connection.vendor == "postgresql":
        yield UNMASKED_FUNCTION
    for table, columns in maskable.items():
        if connection.vendor == "postgresql":
            arguments = ", ".join(f"'{name}'" for name in columns)
            yield f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}"
            yield (
                f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION edc_refuse_unmasked({arguments})"
            )
        else:
            yield f"DROP TRIGGER IF EXISTS {table}_no_update"
            yield _masking_on_sqlite(table, columns, _columns(connection, table))


def _columns(connection: BaseDatabaseWrapper, table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [each.name for each in connection.introspection.get_table_description(cursor, table)]


def _masking_on_sqlite(table: str, maskable: Sequence[str], columns: Sequence[str]) -> str:
    rules = [_rule(table, name) if name in maskable else f'NEW."{name}" IS OLD."{name}"' for name in columns]
    return (
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} WHEN NOT ({' AND '.join(rules)}) "
        f"BEGIN SELECT RAISE(ABORT, 'append-only: UPDATE on {table}'); END"
    )


def _rule(table: str, name: str) -> str:
    """Return when a column may be as it is: unchanged, masked as JSON, or masked as the text of the JSON."""
    cell = f"c.table_name = '{table}' AND c.column_name = '{name}'"
    says = f'(c.masked IS NEW."{name}" OR json_extract(c.masked, \'$\') IS NEW."{name}")'
    return f'(NEW."{name}" IS OLD."{name}" OR EXISTS ({MASKED} {cell} AND {says}))'
