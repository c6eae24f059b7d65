"""Append-only tables, held by the database itself, and the head row of the audit chain.

The reasons and the limits: docs/decisions/0004-append-only-by-trigger.md.
"""

from django.db import migrations

GENESIS = "0" * 64
NO_CHANGE = ("UPDATE", "DELETE")
GUARDED = {
    "edc_auditevent": NO_CHANGE,
    "edc_audithead": ("DELETE",),
    "edc_observation": NO_CHANGE,
    "edc_disagreement": NO_CHANGE,
    "edc_resolution": NO_CHANGE,
    "edc_designversion": NO_CHANGE,
    "edc_querymessage": NO_CHANGE,
}
FUNCTION = """
CREATE OR REPLACE FUNCTION edc_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append-only: % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def sqlite_triggers():
    """Return the statements that guard the tables on SQLite."""
    for table, operations in GUARDED.items():
        for operation in operations:
            yield (
                f"CREATE TRIGGER {table}_no_{operation.lower()} BEFORE {operation} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'append-only: {operation} on {table}'); END"
            )


def postgresql_triggers():
    """Return the statements that guard the tables on PostgreSQL, where a table can also be truncated."""
    yield FUNCTION
    for table, operations in GUARDED.items():
        yield (
            f"CREATE TRIGGER {table}_no_change BEFORE {' OR '.join(operations)} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION edc_refuse_change()"
        )
        yield (
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION edc_refuse_change()"
        )


def guard(apps, schema_editor):
    apps.get_model("edc", "AuditHead").objects.get_or_create(
        pk=1, defaults={"last_hash": GENESIS, "length": 0}
    )
    statements = {"sqlite": sqlite_triggers, "postgresql": postgresql_triggers}[
        schema_editor.connection.vendor
    ]
    for statement in statements():
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    """Not reversible: what is append-only stays so."""

    # A SQLite table that is rebuilt by a later migration loses its triggers: that migration must call `guard` again.
    dependencies = [("edc", "0001_initial")]
    operations = [migrations.RunPython(guard)]
