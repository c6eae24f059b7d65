"""Record what the role table gave each role; none of these rows changes."""

from django.db import migrations, models

from edc import append_only

GUARDED = {"edc_permissionmatrix": append_only.NO_CHANGE}


def guard(apps, schema_editor):
    for statement in append_only.triggers(schema_editor.connection.vendor, GUARDED):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('edc', '0034_consents'),
    ]

    operations = [
        migrations.CreateModel(
            name='PermissionMatrix',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(unique=True)),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('content', models.JSONField(help_text='As `edc.selectors.permission_matrix.present_matrix` makes it.')),
                ('sha256', models.CharField(help_text='Of the canonical JSON of the content.', max_length=64)),
                ('software_version', models.CharField(max_length=40)),
            ],
            options={
                'ordering': ['-number'],
                'constraints': [models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='permission_matrix_from_1')],
            },
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
