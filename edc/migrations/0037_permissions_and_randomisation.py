"""Record what the role table gave each role; keep lists of allocations and who got which of their rows."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from edc import append_only, row_security

GUARDED = dict.fromkeys(("edc_permissionmatrix", "edc_allocationrow", "edc_allocation"), append_only.NO_CHANGE)
WALLED = {"edc_allocation": row_security.through("edc_allocation", "edc_subject", "subject_id")}


def guard(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for statement in append_only.triggers(vendor, GUARDED):
        schema_editor.execute(statement, params=None)
    for statement in row_security.policies(vendor, WALLED):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('edc', '0036_draft_clock'),
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
        migrations.CreateModel(
            name='AllocationList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(help_text='Of the file as it was uploaded.', max_length=64)),
                ('blinded', models.BooleanField(help_text='Its rows name codes, and no arm.')),
                ('state', models.CharField(choices=[('draft', 'Waits for a second person'), ('in_force', 'In force'), ('discarded', 'Discarded'), ('retired', 'Retired')], default='draft', max_length=10)),
                ('uploaded_at', models.DateTimeField(auto_now_add=True)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('ended_reason', models.CharField(blank=True, max_length=300)),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='allocation_lists', to='edc.study')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='AllocationRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stratum', models.CharField(max_length=60)),
                ('sequence', models.PositiveIntegerField()),
                ('arm', models.CharField(help_text='The arm, or the code of a blinded list.', max_length=40)),
                ('list', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='edc.allocationlist')),
            ],
            options={
                'ordering': ['list_id', 'stratum', 'sequence'],
            },
        ),
        migrations.CreateModel(
            name='Allocation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('allocated_at', models.DateTimeField(auto_now_add=True)),
                ('allocated_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('subject', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='allocation', to='edc.subject')),
                ('row', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='allocation', to='edc.allocationrow')),
            ],
        ),
        migrations.AddConstraint(
            model_name='allocationlist',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'in_force')), fields=('study',), name='allocation_list_once_in_force'),
        ),
        migrations.AddConstraint(
            model_name='allocationlist',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'discarded']), models.Q(('confirmed_by__isnull', False), models.Q(('confirmed_by', models.F('uploaded_by')), _negated=True)), _connector='OR'), name='allocation_list_by_two_people'),
        ),
        migrations.AddConstraint(
            model_name='allocationrow',
            constraint=models.UniqueConstraint(fields=('list', 'stratum', 'sequence'), name='allocation_row_once'),
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
