"""Record backups, trial restores and the sites' receipts of their archives; none of these rows changes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from edc import append_only, row_security

GUARDED = dict.fromkeys(("edc_backup", "edc_restoredrill", "edc_archivereceipt"), append_only.NO_CHANGE)


def guard(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for statement in append_only.triggers(vendor, GUARDED):
        schema_editor.execute(statement, params=None)
    for statement in row_security.policies(vendor, {"edc_archivereceipt": row_security.at_site()}):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('edc', '0032_safety_by_hand'),
    ]

    operations = [
        migrations.AddField(
            model_name='export',
            name='receipt_code',
            field=models.CharField(blank=True, default='', help_text='What verify_package.py prints where all agrees.', max_length=16),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='notification',
            name='kind',
            field=models.CharField(choices=[('account_locked', 'An account was locked'), ('account_changed', 'Your account was changed'), ('role_granted', 'A role was granted to you'), ('role_ended', 'A role of yours ended'), ('query_assigned', 'A query was assigned to you'), ('query_answered', 'Your query was answered'), ('design_submitted', 'A design draft waits for your review'), ('design_decided', 'A design draft of yours was reviewed'), ('sae_opened', 'A serious adverse event must be reported'), ('sae_reported', 'A serious adverse event was reported'), ('sae_decided', 'A serious adverse event was decided on'), ('backup_failed', 'A backup failed'), ('drill_failed', 'A trial restore failed')], max_length=30),
        ),
        migrations.CreateModel(
            name='Backup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True, db_index=True)),
                ('succeeded', models.BooleanField()),
                ('problem', models.CharField(blank=True, max_length=500)),
                ('file_name', models.CharField(blank=True, max_length=120)),
                ('size', models.PositiveBigIntegerField(default=0)),
                ('sha256', models.CharField(blank=True, help_text='Of the encrypted file.', max_length=64)),
                ('tables', models.JSONField(default=dict, help_text='Name of a table to its rows.')),
                ('files', models.PositiveIntegerField(default=0, help_text='Files of the data folder in it.')),
                ('audit_length', models.PositiveBigIntegerField(default=0)),
                ('audit_hash', models.CharField(blank=True, help_text='The head of the audit chain in it.', max_length=64)),
                ('left_out', models.JSONField(default=list, help_text='Stores that it does not reach: orthanc.')),
                ('apart', models.BooleanField(default=False, help_text='Whether it lies on another disk than the data.')),
                ('seconds', models.FloatField(default=0)),
                ('software_version', models.CharField(max_length=40)),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('succeeded', True), models.Q(('sha256', ''), _negated=True), ('problem', '')), models.Q(('succeeded', False), models.Q(('problem', ''), _negated=True)), _connector='OR'), name='backup_has_file_or_problem')],
            },
        ),
        migrations.CreateModel(
            name='ArchiveReceipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(help_text='As the verify script printed it at the site.', max_length=16)),
                ('sha256', models.CharField(help_text='Of the file that was downloaded.', max_length=64)),
                ('kept_at', models.CharField(help_text='Where the site keeps it, in its own words.', max_length=200)),
                ('confirmed_at', models.DateTimeField(auto_now_add=True)),
                ('confirmed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('export', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='edc.export')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='archive_receipts', to='edc.site')),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.UniqueConstraint(fields=('export', 'site'), name='archive_receipt_once')],
            },
        ),
        migrations.CreateModel(
            name='RestoreDrill',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True, db_index=True)),
                ('passed', models.BooleanField()),
                ('problems', models.JSONField(default=list, help_text='[{code, what}], the first twenty.')),
                ('tables', models.PositiveIntegerField(default=0, help_text='Tables whose rows were compared.')),
                ('rows', models.PositiveBigIntegerField(default=0)),
                ('files', models.PositiveIntegerField(default=0, help_text='Files whose SHA-256 was compared.')),
                ('audit_rows', models.PositiveBigIntegerField(default=0, help_text='Rows of the chain that were walked.')),
                ('seconds', models.FloatField(default=0)),
                ('software_version', models.CharField(max_length=40)),
                ('backup', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='drills', to='edc.backup')),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('passed', False), ('backup__isnull', False), _connector='OR'), name='drill_passed_has_backup')],
            },
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
