"""Publish study designs from their folders of YAML."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from edc import audit, jobs
from edc.design.errors import DesignErrors
from edc.design.reader import read_study
from edc.services.design import publish_design


class Command(BaseCommand):
    help = (
        "Check a study folder and publish it as a design version; content published before changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, help="studies/<registration number>, one or more")
        parser.add_argument(
            "--library", type=Path, help="shared forms and codelists; default: library beside"
        )

    def handle(self, *, paths: list[Path], library: Path | None, **options: object) -> None:
        actor = jobs.system_user("loader")
        faulty = []
        for path in paths:
            try:
                design = read_study(path, library or path.resolve().parent / "library")
            except DesignErrors as faults:
                faulty.append(path)
                for fault in faults.errors:
                    self.stderr.write(str(fault))
                continue
            with audit.channel("command"):
                version = publish_design(design=design, actor=actor)
            self.stdout.write(f"{design.oid}: version {version.number}, sha256 {version.sha256[:12]}")
        if faulty:
            raise CommandError(f"Not published: {', '.join(str(path) for path in faulty)}")
