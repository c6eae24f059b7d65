"""How long packages of many subjects take, and in how much memory: `python -m benchmarks.export`.

Makes a private database with a frozen data set of study T5 (generated subjects over thirty sites, every
planned form filled), has the real service make a package of each format in a process of its own, and prints
the table. The limit: an ODM snapshot of 3,000 subjects in five minutes, in memory that does not grow with
the subjects, which the line with a tenth of the subjects shows.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

STUDY = "ChiCTR2500107646"
SITES = 30
LIMIT_SECONDS, LIMIT_SUBJECTS = 300, 3000
FORMATS = ("odm", "csv", "parquet", "odm_transactional", "excel", "spss")
HEAD = ("subjects", "values", "format", "seconds", "limit", "peak MB", "file MB")
LINE = "{:>9}{:>10}  {:<18}{:>9}{:>8}{:>9}{:>9}"
ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Fill a database for each size, and measure each format in a fresh process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subjects", type=int, default=LIMIT_SUBJECTS)
    parser.add_argument("--formats", nargs="*", default=["odm"], choices=FORMATS)
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--fill", action="store_true", help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.fill:
        fill(told.subjects)
    elif told.measure:
        measure(told.measure)
    else:
        print(LINE.format(*HEAD), flush=True)
        for subjects in (max(SITES, told.subjects // 10), told.subjects):
            with tempfile.TemporaryDirectory(prefix="tandem-export-") as folder:
                _again(folder, "--fill", "--subjects", str(subjects))
                for name in told.formats:
                    _again(folder, "--measure", name)


def _again(folder: str, *arguments: str) -> None:
    settings = {"DATABASE_URL": f"sqlite:///{folder}/export.sqlite3", "TANDEM_VAR": folder}
    command = [sys.executable, "-m", "benchmarks.export", *arguments]
    subprocess.run(command, check=True, env=os.environ | settings, cwd=ROOT)


def _setup() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()


def fill(subjects: int) -> None:
    """Freeze so many generated subjects."""
    _setup()
    from django.core.management import call_command
    from django.utils import timezone

    from edc import access, jobs
    from edc.design.reader import read_study
    from edc.models import Membership, Snapshot, SnapshotRequest, User
    from edc.services.design import publish_design

    call_command("migrate", verbosity=0)
    design = read_study(ROOT / "studies" / STUDY, ROOT / "studies" / "library")
    version = publish_design(design=design, actor=jobs.system_user("benchmark"))
    study, sites = version.study, list(version.study.sites.all())[:SITES]
    manager = User.objects.create(username="manager")
    Membership.objects.create(user=manager, study=study, role="data_manager")
    access.sync_grants(manager)
    asked = SnapshotRequest.objects.create(study=study, name="b", requested_by=manager, state="done")
    snapshot = Snapshot(
        request=asked, study=study, number=1, citation="BENCHMARK-S001", name="b", design_version=version,
        audit_event=0, audit_hash="0" * 64, content_sha256="0" * 64, frozen_at=timezone.now(),
        frozen_by=manager, subject_count=subjects, form_count=0, value_count=0,
    )  # fmt: skip
    _store(snapshot, design, sites, subjects)


def _store(snapshot, design, sites, subjects: int) -> None:  # type: ignore[no-untyped-def]
    """Store so many generated subjects as the parts of the snapshot, and what a database would count."""
    from edc.exchange.record import sha256_of, to_json
    from edc.models import SnapshotPart, Subject
    from tests.factories.records import generated_subject

    counts: dict = {"sites": {site.oid: {"subjects": 0, "forms": {}} for site in sites}}
    parts = []
    for number in range(subjects):
        site = sites[number % len(sites)]
        made = generated_subject(design, site.oid, number)
        row = Subject.objects.create(
            study=snapshot.study,
            site=site,
            design_version=snapshot.design_version,
            subject_key=made.key[:20],
            created_by=snapshot.frozen_by,
        )
        content = to_json(made)
        part = SnapshotPart(snapshot=snapshot, site=site, subject=row, content=zlib.compress(content))
        part.sha256 = sha256_of(content)
        parts.append(part)
        _count(counts["sites"][site.oid], made, snapshot)
    snapshot.counts = counts
    snapshot.save(force_insert=True)
    for part in parts:
        part.snapshot = snapshot
    SnapshotPart.objects.bulk_create(parts, batch_size=100)


def _count(site: dict, made, snapshot) -> None:  # type: ignore[no-untyped-def]
    site["subjects"] += 1
    for _event, form in made.forms():
        about = site["forms"].setdefault(form.oid, {"records": 0, "items": {}})
        about["records"] += 1
        snapshot.form_count += 1
        for value in form.values:
            pair = about["items"].setdefault(value.item_oid, [0, 0])
            pair[bool(value.missing)] += 1
            snapshot.value_count += 1


def measure(name: str) -> None:
    """Make one package and print its line."""
    _setup()
    from edc.models import Export, Snapshot, User
    from edc.services import background
    from edc.services.export import request_export
    from edc.services.export_make import make

    snapshot = Snapshot.objects.get()
    asked = request_export(
        snapshot=snapshot, kind="package", profile="full", formats=[name], sites=[], language="zh",
        purpose="benchmark", actor=User.objects.get(username="manager"),
    )  # fmt: skip
    work = background.claim(Export, asked.pk, f"benchmark-{asked.pk}", "")
    if work is None:
        raise RuntimeError("the package is held by somebody else")
    began = time.perf_counter()
    made = make(work, lambda percent, step: background.report(work, percent, step))
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    limit = LIMIT_SECONDS if name == "odm" and snapshot.subject_count == LIMIT_SUBJECTS else "–"
    size = f"{made.size / 1e6:.1f}"
    print(
        LINE.format(
            snapshot.subject_count, snapshot.value_count, name, f"{seconds:.1f}", limit, f"{peak:.0f}", size
        ),
        flush=True,
    )


if __name__ == "__main__":
    main()
