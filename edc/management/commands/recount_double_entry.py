"""Make the counts behind the rates of entry errors anew."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from edc.models import Study
from edc.services.entry_counts import recount


class Command(BaseCommand):
    help = "Count compared and wrong entries anew from the sealed passes, for every study or those named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", nargs="*", help="registration numbers; default: all")

    def handle(self, *, study: list[str], **options: object) -> None:
        studies = Study.objects.filter(oid__in=study) if study else Study.objects.all()
        for each in studies.order_by("oid"):
            self.stdout.write(f"{each.oid} {recount(each)} forms")
