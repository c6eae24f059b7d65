"""Make the counts of subjects anew, by which pages of a whole study are told."""

from django.core.management.base import BaseCommand
from django.db import connection

from edc.models import Subject
from edc.selectors.subject_counts import are_kept

AT_ONCE = 500


class Command(BaseCommand):
    help = (
        "Count every subject's forms and queries anew, where the database keeps their numbers (PostgreSQL)."
    )

    def handle(self, *args: object, **options: object) -> None:
        if not are_kept():
            self.stdout.write("This database keeps no counts of subjects.")
            return
        subjects = list(Subject.objects.order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(subjects), AT_ONCE):
            some = subjects[start : start + AT_ONCE]
            with connection.cursor() as cursor:
                cursor.execute("SELECT edc_count_subjects(%s), edc_place_subjects(%s)", [some, some])
        self.stdout.write(f"{len(subjects)} subjects counted.")
