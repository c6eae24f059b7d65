"""Time from the first byte of an upload to the first image on the screen, on each archive.

python -m benchmarks.upload_to_viewable [--slices 300] [--lanes 2] [--limit 10]

Sends a synthetic CT of 512 x 512 slices through a real server as the browser does (batches, some at once),
submits it, then asks for the series' metadata and the middle frame. Exits with 1 when the sum is over the
limit.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np

from scripts.processes import free_port, start, stop, wait_until
from tests.imaging.phantoms import ct_series, encode
from tests.services.orthanc import private_orthanc

ROOT = Path(__file__).resolve().parent.parent
STUDY = "ChiCTR2600126480"
BATCH = 32
FOLDER, ORTHANC = "folder", "Orthanc"
PREPARE = f"""
import django, json; django.setup()
from django.core.management import call_command
from edc.models import Site
call_command("migrate", verbosity=0)
call_command("load_study", "studies/{STUDY}", verbosity=0)
from edc import access
from edc.models import Membership, User
from edc.services.enrol import enrol_subject
from edc.services.people import issue_token
site = Site.objects.filter(study__oid="{STUDY}").first()
tokens = {{}}
for role, scopes in (("crc", ["upload", "enter"]), ("investigator", ["read"])):
    user = User.objects.create_user(role)
    Membership.objects.create(user=user, study=site.study, site=site, role=role)
    access.sync_grants(user)
    tokens[role] = issue_token(user=user, name="b", scopes=scopes, site=None, days=1, actor=user)[1]
    if role == "crc":
        subject = enrol_subject(site=site, actor=user)
print(json.dumps({{"subject": subject.subject_key, **tokens}}))
"""


@dataclass(frozen=True)
class Times:
    """Seconds of each step."""

    upload: float
    submit: float
    metadata: float
    frame: float

    @property
    def total(self) -> float:
        return self.upload + self.submit + self.metadata + self.frame


def main() -> int:
    """Print one row per archive; return 1 when one is too slow."""
    options = _options()
    contents = _slices(options.slices)
    size = sum(map(len, contents)) / 2**20
    print(f"{options.slices} slices, {size:.0f} MiB, {options.lanes} at once")
    heads = ("upload s", "submit s", "metadata s", "frame s", "sum s", "limit s")
    print(f"{'archive':<10}" + "".join(f"{head:>11}" for head in heads))
    slowest = 0.0
    for name, archive in _archives():
        with archive as url:
            times = _measure(url, contents, options.lanes)
        slowest = max(slowest, times.total)
        cells = (times.upload, times.submit, times.metadata, times.frame, times.total, options.limit)
        print(f"{name:<10}" + "".join(f"{cell:>11.2f}" for cell in cells), flush=True)
    print(f"slowest {slowest:.1f} s: {'within' if slowest <= options.limit else 'OVER'} the limit")
    return int(slowest > options.limit)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slices", type=int, default=300)
    parser.add_argument("--lanes", type=int, default=2)
    parser.add_argument("--limit", type=float, default=10)
    return parser.parse_args()


def _slices(count: int) -> list[bytes]:
    noise = np.random.default_rng(1).normal(40, 12, (8, 512, 512)).astype(np.int16)
    return [encode(each) for each in ct_series(np.resize(noise, (count, 512, 512)), spacing=(1.25, 0.8, 0.8))]


def _archives() -> Iterator[tuple[str, object]]:
    yield FOLDER, nullcontext("")
    if any(Path(folder, "Orthanc").exists() for folder in ("/usr/sbin", "/usr/bin", "/usr/local/sbin")):
        yield ORTHANC, _orthanc()


@contextmanager
def _orthanc() -> Iterator[str]:
    with (
        tempfile.TemporaryDirectory(prefix="tandem-orthanc-") as folder,
        private_orthanc(Path(folder)) as server,
    ):
        yield server.url


def _measure(archive: str, contents: list[bytes], lanes: int) -> Times:
    with tempfile.TemporaryDirectory(prefix="tandem-upload-") as var:
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "TANDEM_VAR": var}
        environment |= {"ARCHIVE_URL": archive} if archive else {}
        made = subprocess.run(
            [sys.executable, "-c", PREPARE],
            env=environment,
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        told = json.loads(made.stdout.splitlines()[-1])
        with _server(environment, Path(var)) as address:
            return _deliver(address, told, contents, lanes)


@contextmanager
def _server(environment: dict[str, str], var: Path) -> Iterator[str]:
    address, log = f"127.0.0.1:{free_port()}", var / "server.log"
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", address, "--workers", "2"]
    process = start([*command, "--threads", "4"], log=log, env=environment, cwd=ROOT)
    try:
        url = f"http://{address}/api/v1/"
        wait_until(lambda: _answers(url), process=process, log=log)
        yield url
    finally:
        stop(process)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}uploads/").status_code == 401
    except httpx.TransportError:
        return False


def _client(address: str, token: str) -> httpx.Client:
    return httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=120)


def _deliver(address: str, told: dict[str, str], contents: list[bytes], lanes: int) -> Times:
    batches = [range(start, min(start + BATCH, len(contents))) for start in range(0, len(contents), BATCH)]
    where = {"study": STUDY, "subject_key": told["subject"], "event_oid": "SE.BASELINE", "form_oid": "FO.IMA"}
    with _client(address, told["crc"]) as sender, _client(address, told["investigator"]) as viewer:
        begun = time.perf_counter()
        answer = sender.post("uploads/", json={**where, "announced_count": len(contents)}).raise_for_status()
        session = f"uploads/{answer.json()['id']}/"

        def send(batch: range) -> None:
            files = [("files", (f"{n}.dcm", contents[n])) for n in batch]
            body = {"index": [str(n) for n in batch]}
            sender.post(f"{session}files/", files=files, data=body).raise_for_status()

        with ThreadPoolExecutor(lanes) as pool:
            list(pool.map(send, batches))
        sent = time.perf_counter()
        receipt = sender.post(f"{session}submit/").raise_for_status().json()["receipt"]
        submitted = time.perf_counter()
        if receipt["counts"]["stored"] != len(contents):
            raise SystemExit(f"not everything was stored: {receipt['counts']}")
        return _look(viewer, [begun, sent, submitted])


def _look(viewer: httpx.Client, marks: list[float]) -> Times:
    """Do what the viewer does before it draws: the study, its series' metadata, one frame."""
    study = viewer.get("dicom-web/studies").json()[0]["0020000D"]["Value"][0]
    series = viewer.get(f"dicom-web/studies/{study}/series").json()[0]["0020000E"]["Value"][0]
    root = f"dicom-web/studies/{study}/series/{series}"
    metadata = viewer.get(f"{root}/metadata").raise_for_status().json()
    marks.append(time.perf_counter())
    middle = metadata[len(metadata) // 2]["00080018"]["Value"][0]
    viewer.get(f"{root}/instances/{middle}/frames/1").raise_for_status()
    marks.append(time.perf_counter())
    return Times(*(later - earlier for earlier, later in zip(marks, marks[1:], strict=False)))


if __name__ == "__main__":
    sys.exit(main())
