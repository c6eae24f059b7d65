"""The same program on PostgreSQL, Redis and Orthanc, by environment variables alone, and when they fail."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import httpx
import numpy as np
import psycopg
import pytest

from tests.imaging.phantoms import ct_series, encode
from tests.services.orthanc import PASSWORD, USERNAME, PrivateOrthanc
from tests.services.production import ProductionShape, running_production_shape

pytestmark = pytest.mark.production
STUDY, SITE = "ChiCTR2600126480", "S01"
STEPS = ["segment", "radiomics", "embed", "score"]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProductionShape]:
    """The platform with one demonstration subject that its own workers have taken to a score."""
    with running_production_shape(tmp_path_factory.mktemp("production")) as running:
        running.manage("prepare_demo", "--subjects", "1")
        yield running


@pytest.fixture(scope="module")
def scientist(stack: ProductionShape) -> Iterator[httpx.Client]:
    with closing(stack.log_in("scientist")) as client:
        yield client


@pytest.fixture(scope="module")
def crc(stack: ProductionShape) -> Iterator[httpx.Client]:
    with closing(stack.log_in("crc1")) as client:
        yield client


def rows(client: httpx.Client, path: str) -> list[dict[str, Any]]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def until(true: Callable[[], Any], *, seconds: float) -> Any:
    """Return what the call gives once it is true; fails when that takes longer."""
    deadline = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.2)
    return found


def in_orthanc(orthanc: PrivateOrthanc) -> int:
    answer = httpx.get(f"{orthanc.http_url}/statistics", auth=(USERNAME, PASSWORD))
    return int(answer.json()["CountInstances"])


# What works --------------------------------------------------------------------------------------------


def test_every_part_is_up_and_holds_the_data(stack):
    answer = httpx.get(f"{stack.address}/healthz")
    body = answer.json()
    assert answer.status_code == 200, body
    assert (body["database"], body["broker"], body["archive"]) == ("ok", "ok", "ok")
    assert body["workers"]["alive"] == 2
    ((instances, masks),) = stack.sql(
        "SELECT (SELECT count(*) FROM imaging_instance), (SELECT count(*) FROM imaging_segmentation)"
    )
    assert in_orthanc(stack.orthanc) == instances + masks > 100
    assert not list(stack.var.glob("*.sqlite3"))
    assert not (stack.var / "archive").exists()
    assert not (stack.var / "broker").exists()


def test_the_workers_took_the_subject_to_a_score(stack, scientist):
    runs = [run for run in rows(scientist, "/api/v1/runs/") if run["id"] <= len(STEPS)]
    assert sorted(run["step"] for run in runs) == sorted(STEPS)
    assert {run["status"] for run in runs} == {"done"}
    workers = set(
        stack.sql("SELECT step, split_part(worker, '@', 1) FROM modeling_run WHERE status = 'done'")
    )
    assert workers == {("segment", "cpu"), ("radiomics", "cpu"), ("embed", "gpu"), ("score", "gpu")}
    with closing(stack.log_in("clinician")) as clinician:
        score = rows(clinician, "/api/v1/scores/?subject_key=01-0001")[-1]
    assert not score["abstained"], score["abstain_reasons"]
    assert 0 < score["probability"] < 1
    assert score["run"] in {run["id"] for run in runs}


def test_a_frame_comes_back_through_the_platform_as_the_archive_holds_it(stack):
    with closing(stack.log_in("reader1")) as reader:
        root = "/api/v1/dicom-web/studies"
        study = reader.get(root).json()[0]["0020000D"]["Value"][0]
        series = reader.get(f"{root}/{study}/series").json()[0]["0020000E"]["Value"][0]
        instances = f"{root}/{study}/series/{series}/instances"
        sop = reader.get(instances).json()[0]["00080018"]["Value"][0]
        answer = reader.get(f"{instances}/{sop}/frames/1")
    assert answer.status_code == 200
    query = {"Level": "Instance", "Query": {"SOPInstanceUID": sop}}
    auth, url = (USERNAME, PASSWORD), stack.orthanc.http_url
    (identifier,) = httpx.post(f"{url}/tools/find", json=query, auth=auth).json()
    kept = httpx.get(f"{url}/instances/{identifier}/frames/0/raw", auth=auth).content
    assert len(kept) > 1000
    assert kept in answer.content


def test_the_audit_trail_holds_and_cannot_be_changed(stack):
    ((length,),) = stack.sql("SELECT length FROM edc_audithead")
    word, count = stack.manage("verify_audit").split()
    assert (word, int(count) >= length > 100) == ("OK", True)
    for statement in ("UPDATE edc_auditevent SET action = 'x'", "DELETE FROM edc_auditevent"):
        with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
            stack.sql(statement)
    with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
        stack.sql("TRUNCATE edc_auditevent CASCADE")


# What fails and recovers -------------------------------------------------------------------------------


@pytest.fixture
def upload(crc: httpx.Client) -> dict[str, Any]:
    """An open upload of forty images for a subject of its own."""
    subject = crc.post("/api/v1/subjects/", json={"study": STUDY, "site": SITE, "cohort": "TARGET"})
    assert subject.status_code == 201, subject.text
    place = {"subject_key": subject.json()["subject_key"], "event_oid": "SE.BASELINE", "form_oid": "FO.IMA"}
    opened = crc.post("/api/v1/uploads/", json={"study": STUDY, "announced_count": 40, **place})
    assert opened.status_code == 201, opened.text
    return opened.json()


def test_an_archive_that_dies_during_an_upload_loses_nothing_and_the_upload_goes_on(stack, crc, upload):
    address = f"/api/v1/uploads/{upload['id']}/"
    slices = ct_series(np.zeros((40, 64, 64)), seed=upload["id"])
    files = [("files", (str(n), encode(each))) for n, each in enumerate(slices)]
    indexes = {"index": [str(n) for n in range(40)]}
    before = in_orthanc(stack.orthanc)

    def stored() -> int:
        return crc.get(address).json()["counts"]["stored"]

    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(crc.post, f"{address}files/", files=files, data=indexes)
        until(lambda: stored() >= 5, seconds=30)
        stack.orthanc.kill()
        refused = sending.result()
    assert refused.status_code == 503
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "unavailable"
    assert httpx.get(f"{stack.address}/healthz").json()["down"] == ["archive"]
    acknowledged = stored()
    assert 5 <= acknowledged < 40

    stack.orthanc.start()
    assert in_orthanc(stack.orthanc) - before >= acknowledged
    sent = crc.post(f"{address}files/", files=files, data=indexes)
    assert sent.status_code == 200, sent.text
    assert {row["outcome"] for row in sent.json()} <= {"stored", "already"}
    receipt = crc.post(f"{address}submit/").json()["receipt"]
    assert receipt["counts"] == {"announced": 40, "received": 40, "stored": 40, "refused": 0, "missing": 0}
    assert in_orthanc(stack.orthanc) == before + 40


def request_analysis(stack: ProductionShape, scientist: httpx.Client) -> str:
    """Ask for the demonstration's analysis once more and return its id."""
    ((study, model, seed),) = stack.sql(
        "SELECT study_instance_uid, model_version_id, seed FROM modeling_analysis a"
        " JOIN imaging_imagingstudy i ON i.id = a.imaging_study_id ORDER BY a.id LIMIT 1"
    )
    body = {"study_instance_uid": study, "model": model, "seed": seed}
    answer = scientist.post("/api/v1/runs/", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()[0]["analysis"]


def states(scientist: httpx.Client, analysis: str) -> dict[str, str]:
    runs = [run for run in rows(scientist, "/api/v1/runs/") if run["analysis"] == analysis]
    return {run["step"]: run["status"] for run in runs}


def test_work_asked_for_while_the_broker_is_down_is_done_once_it_is_back(stack, scientist):
    stack.redis.stop()
    try:
        began = time.monotonic()
        analysis = request_analysis(stack, scientist)
        assert time.monotonic() - began < 15
        assert httpx.get(f"{stack.address}/healthz").json()["down"] == ["broker"]
        time.sleep(2)
        assert states(scientist, analysis)["segment"] == "queued"
    finally:
        stack.redis.start()
    # The periodic job sends again what has been queued for minutes; the clock is moved, not the job.
    stack.sql("UPDATE modeling_run SET queued_at = queued_at - interval '5 minutes' WHERE status = 'queued'")
    until(lambda: set(states(scientist, analysis).values()) == {"done"}, seconds=120)
    assert httpx.get(f"{stack.address}/healthz").status_code == 200


@pytest.mark.requirement("I12")
def test_a_database_restart_interrupts_requests_and_runs_but_ends_none(stack, scientist):
    analysis = request_analysis(stack, scientist)
    asked, stop = [], threading.Event()

    def keep_asking() -> None:
        while not stop.wait(0.1):
            asked.append(httpx.get(f"{stack.address}/healthz").json().get("down", []))

    asking = threading.Thread(target=keep_asking)
    asking.start()
    try:
        until(lambda: "running" in states(scientist, analysis).values(), seconds=60)
        stack.postgres.stop()
        refused = scientist.get("/api/v1/runs/")
        until(lambda: ["database"] in asked, seconds=20)
    finally:
        stack.postgres.start()
        stop.set()
        asking.join()
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert int(refused.headers["Retry-After"]) > 0
    assert refused.headers["Content-Type"] == "application/problem+json"
    for _ in range(8):  # whichever process and thread takes them
        assert scientist.get("/api/v1/runs/").status_code == 200
    until(lambda: set(states(scientist, analysis).values()) == {"done"}, seconds=120)
    assert stack.manage("verify_audit").startswith("OK ")
