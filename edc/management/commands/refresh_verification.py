"""Count what every completed form owes of source data verification."""

from django.core.management.base import BaseCommand
from django.db import transaction

from edc.models import FormInstance
from edc.services.verify import refresh_due


class Command(BaseCommand):
    help = "Count anew what completed forms owe of verification, once after an upgrade."

    def handle(self, *args: object, **options: object) -> None:
        forms = FormInstance.objects.filter(status__in=FormInstance.FINAL).order_by("pk")
        count = 0
        for form in forms.select_related("subject__site", "event", "design_version").iterator(chunk_size=200):
            with transaction.atomic():
                refresh_due(form)
            count += 1
        self.stdout.write(f"{count} forms counted.")
