from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("edc", "0034_consents"),
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
    ]
