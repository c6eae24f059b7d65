"""Put the tables of images and reads behind row-level security on PostgreSQL."""

from django.db import migrations

from edc import row_security

THROUGH = {
    "imaging_imagingstudy": ("edc_subject", "subject_id"),
    "imaging_knownpatient": ("edc_subject", "subject_id"),
    "imaging_uploadsession": ("edc_subject", "subject_id"),
    "imaging_series": ("imaging_imagingstudy", "imaging_study_id"),
    "imaging_instance": ("imaging_imagingstudy", "imaging_study_id"),
    "imaging_read": ("imaging_imagingstudy", "imaging_study_id"),
    "imaging_segmentation": ("imaging_series", "series_id"),
    "imaging_measurement": ("imaging_read", "read_id"),
    "imaging_uploadedinstance": ("imaging_uploadsession", "session_id"),
}


def build_wall(apps, schema_editor):
    rules = {table: row_security.through(table, *above) for table, above in THROUGH.items()}
    for statement in row_security.policies(schema_editor.connection.vendor, rules):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    """Not reversible: the wall stays."""

    dependencies = [("imaging", "0002_known_patient"), ("edc", "0021_row_security")]
    operations = [migrations.RunPython(build_wall)]
