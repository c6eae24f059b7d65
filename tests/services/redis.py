"""A private Redis server."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

from redis import Redis
from redis.exceptions import RedisError

from scripts.processes import free_port, start, stop, wait_until


def program() -> str | None:
    """Return the path of redis-server, or None."""
    return shutil.which("redis-server")


@contextmanager
def running_redis() -> Iterator[str]:
    """Yield the BROKER_URL of an empty server that keeps nothing on disk; gone afterwards."""
    with private_redis() as server:
        yield server.url


@contextmanager
def private_redis() -> Iterator["PrivateRedis"]:
    """Run an empty server until the block ends."""
    found = program()
    if found is None:
        raise FileNotFoundError("redis-server: install the Debian package redis-server")
    with tempfile.TemporaryDirectory(prefix="tandem-redis-") as home:
        server = PrivateRedis(found, Path(home))
        try:
            server.start()
            yield server
        finally:
            server.stop()


class PrivateRedis:
    """One server that a test may stop and start again on the same port; it comes back empty."""

    def __init__(self, program: str, home: Path) -> None:
        self._program, self._home, self._port = program, home, free_port()
        self._process: Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """What BROKER_URL would be."""
        return f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        log, port, home = self._home / "redis.log", str(self._port), str(self._home)
        options = ["--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no", "--dir", home]
        self._process = start([self._program, *options], log=log)
        wait_until(lambda: _answers(self.url), process=self._process, log=log)

    def stop(self) -> None:
        if self._process is not None:
            stop(self._process)


def _answers(url: str) -> bool:
    try:
        return bool(Redis.from_url(url, socket_connect_timeout=2).ping())
    except RedisError:
        return False
