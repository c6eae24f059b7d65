"""A private Redis server."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from scripts.processes import free_port, start, stop, wait_until


def program() -> str | None:
    """Return the path of redis-server, or None."""
    return shutil.which("redis-server")


@contextmanager
def running_redis() -> Iterator[str]:
    """Yield the BROKER_URL of an empty server that keeps nothing on disk; gone afterwards."""
    server = program()
    if server is None:
        raise FileNotFoundError("redis-server: install the Debian package redis-server")
    with tempfile.TemporaryDirectory(prefix="tandem-redis-") as home:
        url, log = f"redis://127.0.0.1:{free_port()}/0", Path(home) / "redis.log"
        port = url.rsplit(":", 1)[1].removesuffix("/0")
        options = ["--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no", "--dir", home]
        process = start([server, *options], log=log)
        try:
            wait_until(lambda: _answers(url), process=process, log=log)
            yield url
        finally:
            stop(process)


def _answers(url: str) -> bool:
    try:
        return bool(Redis.from_url(url, socket_connect_timeout=2).ping())
    except RedisError:
        return False
