"""`manage.py import_design FILE --out FOLDER`: the design of another system as a study folder."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from edc.exchange.design_import import import_design
from edc.exchange.faults import FileFault


class Command(BaseCommand):
    help = "Write the design of an ODM file or a REDCap data dictionary as a study folder, and its account."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--out", type=Path, required=True, help="folder that gets <study>/ and library/")

    def handle(self, *args: object, **options: object) -> None:
        path, out = Path(str(options["file"])), Path(str(options["out"]))
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        try:
            result = import_design(path, out)
        except FileFault as fault:
            raise CommandError(f"{path.name}: {fault.en} / {fault.zh}") from None
        self.stdout.write(f"{result.folder}")
        for title, counts in (("in the file", result.seen), ("carried", result.carried)):
            self.stdout.write(f"{title}: " + ", ".join(f"{name} {n}" for name, n in counts.items() if n))
        self.stdout.write(f"not carried, or carried otherwise: {len(result.lost)}")
        for each in result.lost:
            self.stdout.write(f"  {each.what}: {each.en}")
