"""Put the tables of analyses and scores behind row-level security on PostgreSQL."""

from django.db import migrations

from edc import row_security

THROUGH = {
    "modeling_analysis": ("edc_subject", "subject_id"),
    "modeling_score": ("edc_subject", "subject_id"),
    "modeling_run": ("modeling_analysis", "analysis_id"),
    "modeling_featureset": ("modeling_run", "run_id"),
    "modeling_scorereview": ("modeling_score", "score_id"),
}


def build_wall(apps, schema_editor):
    rules = {table: row_security.through(table, *above) for table, above in THROUGH.items()}
    for statement in row_security.policies(schema_editor.connection.vendor, rules):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    """Not reversible: the wall stays."""

    dependencies = [("modeling", "0001_initial"), ("imaging", "0003_row_security")]
    operations = [migrations.RunPython(build_wall)]
