"""What an archive does when something under it dies."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from pydicom.uid import generate_uid

from imaging.archive import ArchiveUnavailable, from_url
from tests.imaging.phantoms import ct_series, encode
from tests.services.orthanc import private_orthanc

STORE_FOREVER = """
import sys, numpy as np
from imaging.archive import from_url
from tests.imaging.phantoms import ct_series, encode
archive = from_url(sys.argv[1])
for dataset in ct_series(np.zeros((3000, 32, 32)), seed=sys.argv[2]):
    receipt = archive.store(encode(dataset))
    print(receipt.address.sop_instance_uid, flush=True)
"""


def kill_after(process, receipts):
    """SIGKILL the writer once it has acknowledged so many stores; return all that it acknowledged."""
    lines = [process.stdout.readline().strip() for _ in range(receipts)]
    process.send_signal(signal.SIGKILL)
    return [uid for uid in lines + process.stdout.read().split("\n")[:-1] if uid]


def test_a_killed_writer_loses_nothing_it_acknowledged_and_the_upload_resumes(tmp_path):
    url, seed = f"folder://{tmp_path}", generate_uid()
    with subprocess.Popen(
        [sys.executable, "-c", STORE_FOREVER, url, seed],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ},
    ) as writer:
        acknowledged = kill_after(writer, receipts=25)
    archive, series = from_url(url), ct_series(np.zeros((60, 32, 32)), seed=seed)

    kept = archive.series(series[0].SeriesInstanceUID)

    assert set(acknowledged) <= set(kept)
    contents = {d.SOPInstanceUID: encode(d) for d in ct_series(np.zeros((3000, 32, 32)), seed=seed)}
    for uid in kept:
        address = archive.find(uid)
        assert archive.instance(*vars(address).values()) == contents[uid]
    for dataset in series:
        archive.store(encode(dataset))
    assert {d.SOPInstanceUID for d in series} <= set(archive.series(series[0].SeriesInstanceUID))


@pytest.mark.orthanc
def test_an_orthanc_killed_during_ingest_keeps_what_it_acknowledged_and_takes_the_rest_later(tmp_path):
    series = ct_series(np.zeros((60, 32, 32)), seed=generate_uid())
    with private_orthanc(tmp_path) as server:
        archive = from_url(server.url)
        for dataset in series[:30]:
            archive.store(encode(dataset))
        server.kill()
        with pytest.raises(ArchiveUnavailable):
            archive.store(encode(series[30]))

        server.start()

        assert archive.series(series[0].SeriesInstanceUID) == sorted(d.SOPInstanceUID for d in series[:30])
        for dataset in series:
            archive.store(encode(dataset))
        assert len(archive.metadata(series[0].SeriesInstanceUID)) == 60
        last = series[-1]
        stored = archive.instance(last.StudyInstanceUID, last.SeriesInstanceUID, last.SOPInstanceUID)
        assert stored == encode(last)


@pytest.mark.orthanc
def test_a_restart_between_two_calls_is_not_noticed(tmp_path):
    series = ct_series(np.zeros((2, 8, 8)), seed=generate_uid())
    with private_orthanc(tmp_path) as server:
        archive = from_url(server.url)
        archive.store(encode(series[0]))
        server.stop()
        server.start()

        archive.store(encode(series[1]))

        assert archive.health().instances == 2


@pytest.mark.orthanc
def test_a_wrong_password_is_an_archive_out_of_order(orthanc):
    archive = from_url(orthanc.url.replace("tandem:", "nobody:"))

    with pytest.raises(ArchiveUnavailable, match="password"):
        archive.health()


def test_a_server_that_is_not_there_is_reported_within_seconds():
    start = time.monotonic()

    with pytest.raises(ArchiveUnavailable):
        from_url("orthanc+http://a:b@127.0.0.1:9").health()

    assert time.monotonic() - start < 6


def test_a_folder_that_cannot_be_written_is_an_archive_out_of_order(tmp_path):
    (tmp_path / "archive").write_text("a file where the folder should be")

    with pytest.raises(ArchiveUnavailable):
        from_url(f"folder://{tmp_path / 'archive'}").health()


@pytest.mark.parametrize("url", ["", "s3://bucket", "folder:", "http://127.0.0.1:8042", "orthanc+http://"])
def test_a_url_of_no_archive_is_refused(url):
    with pytest.raises(ValueError, match="ARCHIVE_URL"):
        from_url(url)
