"""Make the counts of subjects anew, by which pages of a whole study are told."""

from django.core.management.base import BaseCommand
from django.db import connection

from edc import extensions
from edc.models import Subject
from edc.selectors.subject_counts import are_kept

AT_ONCE = 500
COUNTING = ("edc_count_subjects", "edc_gather_findings")


class Command(BaseCommand):
    help = (
        "Count every subject's forms, queries and findings anew, where the database keeps their numbers "
        "(PostgreSQL)."
    )

    def handle(self, *args: object, **options: object) -> None:
        if not are_kept():
            self.stdout.write("This database keeps no counts of subjects.")
            return
        subjects = list(Subject.objects.order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(subjects), AT_ONCE):
            some = subjects[start : start + AT_ONCE]
            with connection.cursor() as cursor:
                for function in (*COUNTING, *extensions.subject_counts()):
                    cursor.callproc(function, [some])
        self.stdout.write(f"{len(subjects)} subjects counted.")
