"""Keep a new study with the account of its file until a second administrator founds it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('edc', '0030_training'),
    ]

    operations = [
        migrations.CreateModel(
            name='StudyFounding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('in_review', 'In review'), ('published', 'Published'), ('dropped', 'Given up')], default='draft', max_length=10)),
                ('file_name', models.CharField(max_length=200)),
                ('file_sha256', models.CharField(max_length=64)),
                ('content', models.TextField(help_text='The design as one JSON document, see edc/design/whole.py.')),
                ('account', models.JSONField(help_text='Counts of what was carried, and what was not with its reason.')),
                ('said', models.CharField(blank=True, help_text='What was said at the last step.', max_length=2000)),
                ('started_at', models.DateTimeField(auto_now_add=True)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('started_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='founding', to='edc.designversion')),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), models.Q(('decided_by__isnull', False), ('version__isnull', False), models.Q(('decided_by', models.F('started_by')), _negated=True)), _connector='OR'), name='study_founding_by_two_people')],
            },
        ),
    ]
