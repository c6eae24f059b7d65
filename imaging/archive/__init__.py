"""The door to stored instances: `from_url` gives the archive that a deployment's settings name."""

import os
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from imaging.archive.protocol import (
    Archive,
    ArchiveError,
    ArchiveHealth,
    ArchiveUnavailable,
    InstanceAddress,
    InstanceConflict,
    InstanceNotFound,
    InstanceRefused,
    StoredInstance,
)

__all__ = [
    "Archive",
    "ArchiveError",
    "ArchiveHealth",
    "ArchiveUnavailable",
    "InstanceAddress",
    "InstanceConflict",
    "InstanceNotFound",
    "InstanceRefused",
    "StoredInstance",
    "from_url",
]


def from_url(url: str) -> Archive:
    """Open `folder:///var/archive` or `orthanc+http://user:password@host:8042`.

    Nothing is contacted yet; `health()` does that. Raises ValueError for any other URL. The threads of a
    process share one client of a server, and so its open connections.
    """
    parts = urlsplit(url)
    if parts.scheme == "folder" and parts.path:
        from imaging.archive.folder import FolderArchive

        return FolderArchive(Path(unquote(parts.netloc + parts.path)))
    if parts.scheme in {"orthanc+http", "orthanc+https"} and parts.hostname:
        return _server(url, os.getpid())
    raise ValueError("ARCHIVE_URL must be folder:///path or orthanc+http(s)://user:password@host:port")


@lru_cache(maxsize=4)
def _server(url: str, process: int) -> Archive:
    """Return the client of a process: a connection must not be used on both sides of a fork."""
    from imaging.archive.orthanc import OrthancArchive

    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return OrthancArchive(
        url=urlunsplit((parts.scheme.removeprefix("orthanc+"), place, parts.path.rstrip("/"), "", "")),
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
