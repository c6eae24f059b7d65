"""The archive: where instances that passed ingest are kept, byte for byte, under their DICOM UIDs.

Two implementations pass one contract suite: `FolderArchive` and `OrthancArchive`. An archive knows no
user and grants nothing: whoever calls it has already checked the right to the study. Every read names the
whole address (study, series, instance), so that a right to one study cannot be used to read another.
"""

import re
from dataclasses import dataclass
from typing import Any, Protocol

UID = re.compile(r"(?=.{1,64}\Z)[0-9]+(\.[0-9]+)*\Z")


class ArchiveError(Exception):
    """Something the archive could not do; `code` is stable, the text names no person."""

    code = "archive-error"


class ArchiveUnavailable(ArchiveError):
    """The archive cannot be reached or is out of order; trying again later may succeed."""

    code = "archive-unavailable"


class InstanceNotFound(ArchiveError):
    """No instance, series or frame has this address."""

    code = "instance-not-found"


class InstanceRefused(ArchiveError):
    """The archive does not take these bytes; the same bytes will be refused again."""

    code = "instance-refused"


class InstanceConflict(InstanceRefused):
    """The SOP Instance UID (or the series UID) is taken by other content; what is stored is kept."""

    code = "instance-conflict"


@dataclass(frozen=True)
class InstanceAddress:
    """The three UIDs of an instance; they are valid UIDs, hence safe as file names and in queries."""

    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str

    def __post_init__(self) -> None:
        for keyword, uid in vars(self).items():
            if not UID.match(uid):
                raise InstanceRefused(f"{keyword} is missing or not a valid UID")


@dataclass(frozen=True)
class StoredInstance:
    """The receipt of a store: `already` tells that the very same bytes were there before."""

    address: InstanceAddress
    sha256: str
    size: int
    already: bool


@dataclass(frozen=True)
class ArchiveHealth:
    """What a reachable archive says about itself; `free_bytes` is None where it does not tell."""

    name: str
    version: str
    instances: int
    free_bytes: int | None = None


class Archive(Protocol):
    """What every archive guarantees.

    A store that returned is durable: it survives the death of this process and of the archive's.
    All methods raise `ArchiveUnavailable` when the archive is out of order.
    """

    def store(self, content: bytes) -> StoredInstance:
        """Keep one DICOM Part 10 file unchanged.

        Idempotent by SOP Instance UID: the same bytes again are a no-op (`already`), other bytes under a
        known UID raise `InstanceConflict`, bytes without a readable address raise `InstanceRefused`.
        Concurrent stores under one UID agree on one content.
        """

    def find(self, sop_instance_uid: str) -> InstanceAddress | None:
        """Return where an instance is kept, or None."""

    def study(self, study_instance_uid: str) -> list[str]:
        """Return the series instance UIDs of a study, sorted; empty when there are none."""

    def series(self, series_instance_uid: str) -> list[str]:
        """Return the SOP instance UIDs of a series, sorted; empty when there are none."""

    def metadata(self, series_instance_uid: str) -> list[dict[str, Any]]:
        """Return the DICOM JSON of a series, by instance number then UID, without bulk data.

        Nothing in it is a link (no BulkDataURI). Raises `InstanceNotFound` for an unknown series.
        """

    def instance(self, study_uid: str, series_uid: str, sop_uid: str) -> bytes:
        """Return the bytes as they were stored; raises `InstanceNotFound`."""

    def frames(
        self, study_uid: str, series_uid: str, sop_uid: str, numbers: list[int]
    ) -> tuple[list[bytes], str]:
        """Return frames (numbered from 1) as encoded in the file, and their transfer syntax UID."""

    def delete_series(self, series_instance_uid: str) -> int:
        """Remove a series and return how many instances went; 0 when there was none."""

    def health(self) -> ArchiveHealth:
        """Prove that the archive answers and can be written to."""
