"""Say of each allocation whether the data said its stratum; tell who may confirm a list of allocations."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('edc', '0038_people_and_deviations'),
    ]

    operations = [
        migrations.AddField(
            model_name='allocation',
            name='stratum_from_data',
            field=models.BooleanField(help_text='False where a person chose the stratum; null where that was not recorded.', null=True),
        ),
        migrations.AlterField(
            model_name='notification',
            name='kind',
            field=models.CharField(choices=[('account_locked', 'An account was locked'), ('account_changed', 'Your account was changed'), ('role_granted', 'A role was granted to you'), ('role_ended', 'A role of yours ended'), ('query_assigned', 'A query was assigned to you'), ('query_answered', 'Your query was answered'), ('design_submitted', 'A design draft waits for your review'), ('design_decided', 'A design draft of yours was reviewed'), ('sae_opened', 'A serious adverse event must be reported'), ('sae_due', 'A report of a serious adverse event falls due'), ('sae_reported', 'A serious adverse event was reported'), ('consent_submitted', 'A consent form waits for publication'), ('consent_decided', 'A consent form of yours was published'), ('reconsent_due', 'Subjects are to consent again'), ('sae_decided', 'A serious adverse event was decided on'), ('training_asked', 'A document waits for you to read it'), ('training_reminded', 'A document still waits for you to read it'), ('role_waits', 'A role of yours waits for training'), ('statement_asked', 'The statement on signatures waits for you'), ('backup_failed', 'A backup failed'), ('founding_submitted', 'A new study waits for your review'), ('founding_decided', 'A new study of yours was reviewed'), ('drill_failed', 'A trial restore failed'), ('list_submitted', 'A list of allocations waits for confirmation')], max_length=30),
        ),
    ]
