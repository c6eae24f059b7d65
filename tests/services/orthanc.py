"""Private Orthanc servers for tests: own folder, own free port on loopback, tuned as in production."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

USERNAME = "tandem"
PASSWORD = "p@ss word/42"  # noqa: S105 - every private server is thrown away
DICOMWEB = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")


def orthanc_binary() -> str:
    """Return Debian's Orthanc, or skip; fail where `make test` has promised that it is installed."""
    binary = shutil.which("Orthanc") or shutil.which("Orthanc", path="/usr/sbin:/usr/local/sbin")
    if binary is None:
        reason = "needs the Debian package orthanc"
        pytest.fail(reason) if os.environ.get("TANDEM_REQUIRE_SERVICES") else pytest.skip(reason)
    return binary


@dataclass
class PrivateOrthanc:
    """One server that a test may kill and start again on the same storage."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        """What ARCHIVE_URL would be."""
        return f"orthanc+http://{USERNAME}:p%40ss%20word%2F42@127.0.0.1:{self.port}"

    @property
    def http_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        settings = self.folder / "orthanc.json"
        settings.write_text(json.dumps(configuration(self.folder, self.port)))
        with (self.folder / "orthanc.log").open("ab") as log:
            self.process = subprocess.Popen(
                [orthanc_binary(), str(settings)],
                stdout=log,
                stderr=log,
                env={**os.environ, "TCP_NODELAY": "1"},
            )
        self._wait_until_it_answers()

    def kill(self) -> None:
        """End the server with SIGKILL, as a crash would."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()

    def _wait_until_it_answers(self) -> None:
        assert self.process is not None
        until = time.monotonic() + 30
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            try:
                if httpx.get(f"{self.http_url}/system", auth=(USERNAME, PASSWORD)).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise RuntimeError("Orthanc did not start:\n" + (self.folder / "orthanc.log").read_text()[-2000:])


@contextmanager
def private_orthanc(folder: Path) -> Iterator[PrivateOrthanc]:
    """Run an Orthanc in this folder until the block ends; skips where Orthanc is not installed."""
    orthanc_binary()
    server = PrivateOrthanc(folder, free_port())
    server.start()
    try:
        yield server
    finally:
        server.stop()


def configuration(folder: Path, port: int) -> dict[str, object]:
    """The tuned settings; OrthancArchive relies on OverwriteInstances being false."""
    return {
        "Name": "tandem-test",
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "index"),
        "HttpPort": port,
        "DicomServerEnabled": False,
        "RemoteAccessAllowed": False,
        "WebDavEnabled": False,
        "AuthenticationEnabled": True,
        "RegisteredUsers": {USERNAME: PASSWORD},
        "Plugins": [str(DICOMWEB)] if DICOMWEB.exists() else [],
        "OverwriteInstances": False,
        "StorageCompression": False,
        "StorageAccessOnFind": "Never",
        "SaveJobs": False,
        "KeepAlive": True,
        "TcpNoDelay": True,
        "HttpCompressionEnabled": False,
        "HttpThreadsCount": 50,
    }


def free_port() -> int:
    """Return a TCP port on loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
