"""Index the states that few rows are in, so that what asks for work is found without the rest."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("edc", "0026_masked_steps"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="forminstance",
            index=models.Index(
                condition=models.Q(("status", "disagreement")),
                fields=["subject"],
                name="form_in_disagreement",
            ),
        ),
        migrations.AddIndex(
            model_name="forminstance",
            index=models.Index(
                condition=models.Q(("status__in", ["first_draft", "first_sealed", "second_draft"])),
                fields=["subject"],
                name="form_begun",
            ),
        ),
        migrations.AddIndex(
            model_name="forminstance",
            index=models.Index(
                condition=models.Q(("mandatory", True), ("status", "to_do")),
                fields=["event"],
                name="form_owed_by_event",
            ),
        ),
        migrations.AddIndex(
            model_name="query",
            index=models.Index(
                condition=models.Q(("state__in", ["open", "answered", "resolved"])),
                fields=["form"],
                name="query_unsettled_by_form",
            ),
        ),
        migrations.AddIndex(
            model_name="studyevent",
            index=models.Index(
                condition=models.Q(("status", "planned")),
                fields=["entry_due", "subject"],
                name="event_planned_by_due",
            ),
        ),
    ]
