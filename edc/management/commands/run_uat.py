"""Run the cases of every rule of a study's newest design version."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from edc import audit, jobs
from edc.models import Study, UatRun
from edc.services.uat import run_uat


class Command(BaseCommand):
    help = "Run every case of every rule of a study and keep the result; ends with 1 when a case fails."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", help="the registration number")
        parser.add_argument("--pdf", type=Path, help="write the report there")
        parser.add_argument("--language", choices=("zh-hans", "en"), default="zh-hans", help="of the report")

    def handle(self, *, study: str, pdf: Path | None, language: str, **options: object) -> None:
        held = Study.objects.filter(oid=study).first()
        version = held.design_versions.order_by("-number").first() if held else None
        if version is None:
            raise CommandError(f"No design of {study} is published: run load_study first.")
        with audit.channel("command"):
            run = run_uat(version=version, actor=jobs.system_user("loader"))
        self.tell(run)
        if pdf:
            from edc.web.uat_report import report_pdf  # loads the printing library

            with override(language):
                pdf.write_bytes(report_pdf(run))
        if run.failed:
            raise CommandError(f"{run.failed} cases fail.")

    def tell(self, run: UatRun) -> None:
        """Print the numbers, and every case that failed and every fault that no case noticed."""
        share = 100 * run.killed / run.mutants if run.mutants else 100.0
        self.stdout.write(
            f"{run.study.oid} v{run.design_version.number}: {run.passed} cases passed, {run.failed} failed; "
            f"{run.killed} of {run.mutants} faults noticed ({share:.1f} %)"
        )
        for rule in run.result["rules"]:
            for case in rule["cases"]:
                if case["says"] != case["said"]:
                    self.stdout.write(f"FAILED {rule['oid']}: must say {case['says']}, says {case['said']}")
            for survivor in rule["survivors"]:
                note = f" ({rule['note']['en']})" if rule["note"] else ""
                self.stdout.write(f"not noticed {rule['oid']}: {survivor}{note}")
