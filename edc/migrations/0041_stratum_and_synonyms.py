"""Say of each allocation whether the data said its stratum; tell who may confirm a list; keep synonyms of terms."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('edc', '0040_subject_standing'),
    ]

    operations = [
        migrations.AddField(
            model_name='allocation',
            name='stratum_from_data',
            field=models.BooleanField(help_text='False where a person chose the stratum; null where that was not recorded.', null=True),
        ),
        migrations.AlterField(
            model_name='coding',
            name='method',
            field=models.CharField(choices=[('manual', 'By hand'), ('exact', 'Equal to a term'), ('memory', 'As coded before'), ('synonym', 'By a synonym'), ('carried', 'Carried to a new version')], max_length=10),
        ),
        migrations.AlterField(
            model_name='notification',
            name='kind',
            field=models.CharField(choices=[('account_locked', 'An account was locked'), ('account_changed', 'Your account was changed'), ('role_granted', 'A role was granted to you'), ('role_ended', 'A role of yours ended'), ('query_assigned', 'A query was assigned to you'), ('query_answered', 'Your query was answered'), ('design_submitted', 'A design draft waits for your review'), ('design_decided', 'A design draft of yours was reviewed'), ('sae_opened', 'A serious adverse event must be reported'), ('sae_due', 'A report of a serious adverse event falls due'), ('sae_reported', 'A serious adverse event was reported'), ('consent_submitted', 'A consent form waits for publication'), ('consent_decided', 'A consent form of yours was published'), ('reconsent_due', 'Subjects are to consent again'), ('sae_decided', 'A serious adverse event was decided on'), ('training_asked', 'A document waits for you to read it'), ('training_reminded', 'A document still waits for you to read it'), ('role_waits', 'A role of yours waits for training'), ('statement_asked', 'The statement on signatures waits for you'), ('backup_failed', 'A backup failed'), ('founding_submitted', 'A new study waits for your review'), ('founding_decided', 'A new study of yours was reviewed'), ('drill_failed', 'A trial restore failed'), ('list_submitted', 'A list of allocations waits for confirmation')], max_length=30),
        ),
        migrations.CreateModel(
            name='SynonymFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('sha256', models.CharField(help_text='Of the file as it was uploaded.', max_length=64)),
                ('counts', models.JSONField(default=dict, help_text='How many lines met each outcome.')),
                ('findings', models.JSONField(default=list, help_text='Line, words, code, outcome and the code before of what the check found.')),
                ('findings_sha256', models.CharField(help_text="Of every line's finding.", max_length=64)),
                ('state', models.CharField(choices=[('checked', 'Checked'), ('committed', 'Committed'), ('discarded', 'Discarded')], default='checked', max_length=10)),
                ('uploaded_at', models.DateTimeField(auto_now_add=True)),
                ('committed_at', models.DateTimeField(null=True)),
                ('committed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dictionary', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='synonym_files', to='edc.dictionary')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Synonym',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('meddra', 'MedDRA'), ('whodrug', 'WHODrug'), ('atc', 'ATC'), ('icd10', 'ICD-10'), ('other', 'Another dictionary')], max_length=10)),
                ('key', models.CharField(help_text='As words are compared.', max_length=300)),
                ('words', models.CharField(max_length=300)),
                ('code', models.CharField(max_length=40)),
                ('ended_at', models.DateTimeField(null=True)),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='synonyms', to='edc.study')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='synonyms', to='edc.synonymfile')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='synonymfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'committed'), _negated=True), models.Q(('committed_at__isnull', False), ('committed_by__isnull', False)), _connector='OR'), name='synonym_file_committed_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='synonym',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('study', 'kind', 'key'), name='synonym_once_in_force'),
        ),
    ]
