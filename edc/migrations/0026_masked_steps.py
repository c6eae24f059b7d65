from django.db import migrations

from edc import append_only

# What people type at a step of a specimen's way; docs/decisions/0016-redaction-through-the-guards.md.
MASKABLE = {"edc_specimenstep": ("place", "condition", "reason")}


def let_masks_through(apps, schema_editor):
    connection = schema_editor.connection
    for statement in append_only.masking_triggers(connection, MASKABLE):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [("edc", "0025_visit_windows")]
    operations = [migrations.RunPython(let_masks_through, migrations.RunPython.noop)]
