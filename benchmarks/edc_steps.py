"""The steps of `benchmarks.edc` that need Django: each runs in its own process and leaves a JSON file."""

import csv
import json
import os
import resource
import sys
import time
from itertools import cycle, product
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks.cohort import OWED_FORM, PROTOTYPES, STUDY, Cohort, Copies, entry_of  # noqa: E402
from edc.models import AuditHead, FormInstance, ImportBatch, SnapshotRequest, Study, Subject, User  # noqa: E402
from edc.selectors import audit_chain  # noqa: E402
from edc.services import background  # noqa: E402
from edc.services.data_import.batches import request_check, upload_file  # noqa: E402
from edc.services.data_import.dry_run import check_batch  # noqa: E402
from edc.services.snapshot import freeze, request_snapshot  # noqa: E402
from tests.factories.records import generated_subject  # noqa: E402

LINES, IMPORT_LIMIT, AUDIT_LIMIT = 10_000, 60, 100_000
# As many rows as a save writes, in tables without a reader: what the database itself costs.
BARE = """
CREATE TABLE bare_item (id bigserial PRIMARY KEY, entry jsonb);
CREATE TABLE bare_head AS SELECT 0::bigint AS length;
CREATE TABLE bare_event AS SELECT * FROM edc_auditevent LIMIT 1;
CREATE INDEX ON bare_event (study_id, at);
CREATE INDEX ON bare_event (target_type, target_id);
CREATE INDEX ON bare_event (subject_id, at);
CREATE INDEX ON bare_event (hash);
CREATE TABLE bare_one AS SELECT * FROM bare_event;
"""


def fill(subjects: int) -> dict:
    """Make the study and its people; return their sessions, the forms that they owe, and what to type."""
    call_command("migrate", verbosity=0)
    cohort = Cohort()
    cohort.write_prototypes()
    copies = Copies(cohort, room=subjects * 10 // PROTOTYPES)
    copies.make(1, max(1, subjects // PROTOTYPES - 1))
    with connection.cursor() as cursor:
        cursor.execute(BARE)
    design = cohort.design
    made = generated_subject(design, cohort.sites[0].oid, 1)
    form = next(each for _event, each in made.forms() if each.oid == OWED_FORM)
    items = [{"path": v.path, **entry_of(design, v)} for v in form.values if not v.derived]
    owed = FormInstance.objects.filter(form_oid=OWED_FORM, status="to_do").order_by("pk")
    by_site = [owed.filter(subject__site=site).values_list("pk", flat=True) for site in cohort.sites]
    some = FormInstance.objects.filter(subject__site=cohort.sites[0], form_oid=OWED_FORM).first()
    return {
        "manager": _session(cohort.manager),
        "sessions": [[_session(person) for person in pair] for pair in cohort.crcs],
        "forms": [list(each) for each in by_site],
        "items": items,
        "bounds": copies.kept_bounds,
        "subject_page": f"/subjects/{some.subject_id}/",
        "form_page": f"/forms/{some.pk}/",
    }


def _session(user: User) -> str:
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return store.session_key


def tenfold(subjects: int) -> dict:
    """Copy the prototypes until there are ten times as many subjects."""
    bounds = json.loads((Path(os.environ["TANDEM_VAR"]) / "fill.json").read_text())["bounds"]
    last = subjects * 10 // PROTOTYPES
    Copies(Cohort.held(), room=last, bounds=bounds).make(max(2, subjects // PROTOTYPES), last - 1)
    return {}


def bulk(subjects: int) -> dict:
    """Print the times of the dry run, the freezing and the verification; return what is over its limit."""
    over = []
    print(f"\n{'work':<40}{'seconds':>9}{'a second':>12}{'limit':>14}{'peak MB':>9}")
    for name, count, limit, work in (
        (f"dry-run import of {LINES:,} lines", LINES, (IMPORT_LIMIT, "s"), _dry_run),
        (f"freeze {subjects:,} subjects", subjects, (None, ""), _freeze),
        ("verify the audit trail", AuditHead.objects.get().length, (AUDIT_LIMIT, "/s"), _verify),
    ):
        began = time.perf_counter()
        work()
        seconds = time.perf_counter() - began
        amount, unit = limit
        slow = (unit == "s" and seconds > amount) or (unit == "/s" and count / seconds < amount)
        over += [name] * slow
        shown = f"{amount:,} {unit}" if amount else "–"
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rate = f"{count / seconds:,.0f}"
        print(
            f"{name:<40}{seconds:>9.1f}{rate:>12}{shown:>14}{peak:>9.0f}{'  OVER' if slow else ''}",
            flush=True,
        )
    return {"over": over}


def _dry_run() -> None:
    """Check a file of 10,000 lines, a visit each: other demography, other days of the images."""
    study, manager = Study.objects.get(oid=STUDY), User.objects.get(username="manager")
    path = Path(settings.ARTIFACT_DIR) / "lines.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    keys = Subject.objects.order_by("subject_key").values_list("subject_key", flat=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["SUBJID", "VISIT", "SEX", "HEIGHT", "WEIGHT", "IMDAT"])
        places = product(("SE.SCREENING", "SE.BASELINE", "SE.MRI", "SE.FU3M"), keys)
        for number, (visit, key) in zip(range(LINES), cycle(places), strict=False):
            person = ["MF"[number % 2], 150 + number % 40, 50 + number % 40, ""]
            image = ["", "", "", f"2026-{number % 9 + 1:02d}-15"]
            writer.writerow([key, visit, *(person if visit == "SE.SCREENING" else image)])
    batch = upload_file(study=study, file_name="lines.csv", chunks=[path.read_bytes()], actor=manager)
    columns = {"subject": "SUBJID", "event": "VISIT"}
    items = {name: {"item": f"IT.DM.{name}"} for name in ("SEX", "HEIGHT", "WEIGHT")}
    items["IMDAT"] = {"item": "IT.IMA.IMDAT"}
    mapping = {"shape": "wide", "columns": columns, "items": items}
    request_check(batch=batch, mapping=mapping, actor=manager)
    check_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    if batch.state != ImportBatch.State.CHECKED:
        raise SystemExit(f"the dry run ended as {batch.state}")


def _freeze() -> None:
    study, manager = Study.objects.get(oid=STUDY), User.objects.get(username="manager")
    asked = request_snapshot(study=study, name="benchmark", note="", actor=manager)
    work = background.claim(SnapshotRequest, asked.pk, "benchmark", "")
    freeze(work, lambda percent, step: background.report(work, percent, step))


def _verify() -> None:
    verdict = audit_chain.verify_chain(os.cpu_count() or 1)
    if verdict.broken:
        raise SystemExit(f"the chain does not hold: {verdict}")


if __name__ == "__main__":
    name, subjects = sys.argv[1], int(sys.argv[2])
    found = {"fill": fill, "bulk": bulk, "tenfold": tenfold}[name](subjects)
    (Path(os.environ["TANDEM_VAR"]) / f"{name}.json").write_text(json.dumps(found))
