"""Time of one autosave and of a submit, through HTTP, on each database: what a person waits while typing.

python -m benchmarks.save_latency [--subjects 10] [--limit-ms 150]

Enters the consent and the baseline chemistry form of the first study through a real server (two gunicorn
processes, one keep-alive client) and prints p50 and p95; exits with 1 when autosave p95 is over the limit.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from scripts.processes import free_port, start, stop, wait_until
from tests.services.postgres import programs, running_postgres

ROOT = Path(__file__).resolve().parent.parent
STUDY = "ChiCTR2600126480"
FORMS = ("FO.IC", "FO.LBC")
TYPED = {"date": "2026-06-01", "datetime": "2026-06-01T09:30", "partial_date": "2026-06", "yes_no": "Y"}
PREPARE = f"""
import django; django.setup()
from django.core.management import call_command
from edc.models import Site
call_command("migrate", verbosity=0)
call_command("load_study", "studies/{STUDY}", verbosity=0)
from edc import access
from edc.models import Membership, User
from edc.services.people import issue_token
site = Site.objects.filter(study__oid="{STUDY}").first()
user = User.objects.create_user("benchmark")
Membership.objects.create(user=user, study=site.study, site=site, role="crc")
access.sync_grants(user)
print(site.oid, issue_token(user=user, name="b", scopes=["read", "enter"], site=None, days=1, actor=user)[1])
"""


@dataclass
class Times:
    """Milliseconds of each request, by what it did."""

    autosave: list[float] = field(default_factory=list)
    submit: list[float] = field(default_factory=list)


def main() -> int:
    """Print one row per database and step; return 1 when an autosave is too slow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subjects", type=int, default=10)
    parser.add_argument("--limit-ms", type=float, default=150)
    options = parser.parse_args()
    print(f"{'database':<12}{'step':<10}{'requests':>9}{'p50 ms':>9}{'p95 ms':>9}")
    slowest = 0.0
    for name, database in _databases():
        with database as url:
            times = _measure(url, options.subjects)
        slowest = max(slowest, _row(name, "autosave", times.autosave))
        _row(name, "submit", times.submit)
    verdict = "within" if slowest <= options.limit_ms else "OVER"
    print(f"slowest autosave p95 {slowest:.0f} ms: {verdict} the limit of {options.limit_ms:.0f} ms")
    return int(slowest > options.limit_ms)


def _databases() -> Iterator[tuple[str, object]]:
    yield "SQLite", nullcontext("")
    if programs():
        yield "PostgreSQL", running_postgres()


def _row(database: str, step: str, times: list[float]) -> float:
    p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
    print(f"{database:<12}{step:<10}{len(times):>9}{statistics.median(times):>9.1f}{p95:>9.1f}", flush=True)
    return p95


def _measure(url: str, subjects: int) -> Times:
    times = Times()
    with tempfile.TemporaryDirectory(prefix="tandem-latency-") as var:
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "TANDEM_VAR": var}
        environment |= {"DATABASE_URL": url} if url else {}
        made = subprocess.run(
            [sys.executable, "-c", PREPARE],
            env=environment,
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        site, token = made.stdout.split()[-2:]
        with _server(environment, Path(var)) as client:
            client.headers["Authorization"] = f"Bearer {token}"
            items = _items(client)
            for _ in range(subjects):
                _enter_subject(client, site, items, times)
    return times


@contextmanager
def _server(environment: dict[str, str], var: Path) -> Iterator[httpx.Client]:
    address, log = f"127.0.0.1:{free_port()}", var / "server.log"
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", address, "--workers", "2"]
    command += ["--threads", "4"]
    process = start(command, log=log, env=environment, cwd=ROOT)
    try:
        with httpx.Client(base_url=f"http://{address}/api/v1/", timeout=60) as client:
            wait_until(lambda: _answers(client), process=process, log=log)
            yield client
    finally:
        stop(process)


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("studies/").status_code == 401
    except httpx.TransportError:
        return False


def _items(client: httpx.Client) -> dict[str, str]:
    """Return a possible raw value of each item of the forms, by item OID."""
    design = _answer(client.get(f"studies/{STUDY}/design/"))
    codes = {each["oid"]: each["items"][0]["code"] for each in design["codelists"] if each.get("items")}
    groups = (group for form in design["forms"] if form["oid"] in FORMS for group in form["item_groups"])
    items = [item for group in groups for item in group["items"]]
    return {item["oid"]: _possible(item, codes) for item in items if item["type"] != "derived"}


def _possible(item: dict, codes: dict[str, str]) -> str:
    if item["type"] in TYPED:
        return TYPED[item["type"]]
    if item.get("codelist"):
        return codes.get(item["codelist"], "1")
    limits = item.get("soft") or item.get("hard") or {}
    return str(limits.get("min", 1)) if item["type"] in ("integer", "float") else "text"


def _enter_subject(client: httpx.Client, site: str, items: dict[str, str], times: Times) -> None:
    subject = _answer(client.post("subjects/", json={"study": STUDY, "site": site}))
    forms = _answer(client.get(f"subjects/{subject['id']}/forms/?page_size=200"))["results"]
    for oid in FORMS:
        form = next(each for each in forms if each["form_oid"] == oid)
        owed = [next(path for path in items if path.startswith(oid.replace("FO.", "IT.")))]
        written: set[str] = set()
        while owed:
            written.add(owed[0])
            saved = _timed(
                times.autosave, client, "PATCH", f"forms/{form['id']}/draft/", _entry(owed[0], items)
            )
            owed = [path for path in saved["unanswered"] if path not in written]
        _timed(times.submit, client, "POST", f"forms/{form['id']}/draft/submit/", {})


def _entry(path: str, items: dict[str, str]) -> dict:
    return {"path": path, "entry": {"raw": items[path.partition("[")[0]]}, "expected_version": 0}


def _timed(times: list[float], client: httpx.Client, method: str, url: str, body: dict) -> dict:
    began = time.perf_counter()
    answer = client.request(method, url, json=body)
    times.append((time.perf_counter() - began) * 1000)
    return _answer(answer)


def _answer(answer: httpx.Response) -> dict:
    if answer.is_error:
        raise SystemExit(
            f"{answer.request.method} {answer.request.url}: {json.dumps(answer.json(), indent=1)}"
        )
    return answer.json()


if __name__ == "__main__":
    sys.exit(main())
