"""The door to stored instances: `from_url` gives the archive that a deployment's settings name."""

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

    Nothing is contacted yet; `health()` does that. Raises ValueError for any other URL.
    """
    parts = urlsplit(url)
    if parts.scheme == "folder" and parts.path:
        from imaging.archive.folder import FolderArchive

        return FolderArchive(Path(unquote(parts.netloc + parts.path)))
    if parts.scheme in {"orthanc+http", "orthanc+https"} and parts.hostname:
        from imaging.archive.orthanc import OrthancArchive

        place = parts.netloc.rpartition("@")[2]
        return OrthancArchive(
            url=urlunsplit((parts.scheme.removeprefix("orthanc+"), place, parts.path.rstrip("/"), "", "")),
            username=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )
    raise ValueError("ARCHIVE_URL must be folder:///path or orthanc+http(s)://user:password@host:port")
