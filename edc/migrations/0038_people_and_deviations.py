import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("edc", "0037_permissions_and_randomisation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="designdraft", name="design_draft_by_two_people"),
        migrations.AddConstraint(
            model_name="designdraft",
            constraint=models.CheckConstraint(
                condition=~models.Q(state="published")
                | (
                    models.Q(version__isnull=False, published_by__isnull=False, submitted_by__isnull=False)
                    & ~models.Q(published_by=models.F("submitted_by"))
                ),
                name="design_draft_by_two_people",
            ),
        ),
        migrations.AlterField(
            model_name='notification',
            name='kind',
            field=models.CharField(choices=[('account_locked', 'An account was locked'), ('account_changed', 'Your account was changed'), ('role_granted', 'A role was granted to you'), ('role_ended', 'A role of yours ended'), ('query_assigned', 'A query was assigned to you'), ('query_answered', 'Your query was answered'), ('design_submitted', 'A design draft waits for your review'), ('design_decided', 'A design draft of yours was reviewed'), ('sae_opened', 'A serious adverse event must be reported'), ('sae_due', 'A report of a serious adverse event falls due'), ('sae_reported', 'A serious adverse event was reported'), ('consent_submitted', 'A consent form waits for publication'), ('consent_decided', 'A consent form of yours was published'), ('reconsent_due', 'Subjects are to consent again'), ('sae_decided', 'A serious adverse event was decided on'), ('training_asked', 'A document waits for you to read it'), ('training_reminded', 'A document still waits for you to read it'), ('role_waits', 'A role of yours waits for training'), ('statement_asked', 'The statement on signatures waits for you'), ('backup_failed', 'A backup failed'), ('founding_submitted', 'A new study waits for your review'), ('founding_decided', 'A new study of yours was reviewed'), ('drill_failed', 'A trial restore failed')], max_length=30),
        ),
        migrations.AddField(
            model_name='deviation',
            name='consent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deviations', to='edc.consent'),
        ),
        migrations.AddConstraint(
            model_name='deviation',
            constraint=models.UniqueConstraint(condition=models.Q(('source', 'version')), fields=('consent',), name='deviation_once_per_consent'),
        ),
        migrations.AddField(
            model_name='deviation',
            name='form',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deviations', to='edc.forminstance'),
        ),
        migrations.AlterField(
            model_name='deviation',
            name='source',
            field=models.CharField(choices=[('window', 'Visit outside its window'), ('missed', 'Visit not done'), ('override', 'Enrolled although criteria were not met'), ('consent', 'Visit outside the time of consent'), ('version', 'Consent to a version not in effect'), ('form', 'Entered on a form'), ('person', 'Noted by a person')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='deviation',
            constraint=models.UniqueConstraint(condition=models.Q(('source', 'form')), fields=('form',), name='deviation_once_per_form'),
        ),
    ]
