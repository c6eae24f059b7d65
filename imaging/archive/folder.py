"""The embedded archive: plain files in one folder, no server.

    by-sop/<2 hex digits>/<sop>.dcm       the claim on a SOP Instance UID: linking it can succeed once
    studies/<study>/<series>/<sop>.dcm    a hard link to the same file
    series/<series>                       the study that the series belongs to
    metadata/<series>.json                DICOM JSON, made again when the series has other instances

Needs a local file system with hard links. Every file is complete before it has a name.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from edc.services.lasting import sync_folder
from imaging.archive import content as dicom
from imaging.archive.protocol import (
    UID,
    ArchiveHealth,
    ArchiveUnavailable,
    InstanceAddress,
    InstanceConflict,
    InstanceNotFound,
    StoredInstance,
)

SYNCS_AT_ONCE = 4


class FolderArchive:
    """An `Archive` in a folder that processes on one machine share."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def store(self, content: bytes) -> StoredInstance:
        address = dicom.address_of(content)
        with self._in_order():
            self._claim_series(address)
            already = not self._claim(self._claim_path(address.sop_instance_uid), content)
            self._list_in_series(address)
            _sync_folders(
                self._claim_path(address.sop_instance_uid).parent,
                self._path(address).parent,
            )
        return StoredInstance(address, hashlib.sha256(content).hexdigest(), len(content), already)

    def find(self, sop_instance_uid: str) -> InstanceAddress | None:
        if not UID.match(sop_instance_uid):
            return None
        with self._in_order():
            path = self._claim_path(sop_instance_uid)
            address = dicom.address_of(path.read_bytes()) if path.exists() else None
            return address if address and self._path(address).exists() else None

    def study(self, study_instance_uid: str) -> list[str]:
        if not UID.match(study_instance_uid):
            return []
        with self._in_order():
            folders = self._entries(self.root / "studies" / study_instance_uid)
            return sorted(folder.name for folder in folders if self._entries(folder))

    def series(self, series_instance_uid: str) -> list[str]:
        with self._in_order():
            folder = self._series_folder(series_instance_uid)
            return sorted(path.stem for path in self._entries(folder)) if folder else []

    def metadata(self, series_instance_uid: str) -> list[dict[str, Any]]:
        sop_uids = self.series(series_instance_uid)
        if not sop_uids:
            raise InstanceNotFound("the series is not in the archive")
        cache = self.root / "metadata" / f"{series_instance_uid}.json"
        known = _known_items(cache)
        if set(known) != set(sop_uids):
            with self._in_order():
                known = {
                    uid: known.get(uid) or dicom.dicom_json(self._claim_path(uid).read_bytes())
                    for uid in sop_uids
                }
                with self._written(json.dumps(known).encode()) as complete:
                    cache.parent.mkdir(parents=True, exist_ok=True)
                    complete.replace(cache)
        return sorted(known.values(), key=dicom.sort_key)

    def instance(self, study_uid: str, series_uid: str, sop_uid: str) -> bytes:
        if not all(map(UID.match, (study_uid, series_uid, sop_uid))):
            raise InstanceNotFound("the address is not made of valid UIDs")
        with self._in_order():
            try:
                return self._path(InstanceAddress(study_uid, series_uid, sop_uid)).read_bytes()
            except FileNotFoundError as error:
                raise InstanceNotFound("the instance is not in the archive") from error

    def frames(
        self, study_uid: str, series_uid: str, sop_uid: str, numbers: list[int]
    ) -> tuple[list[bytes], str]:
        return dicom.frames_of(self.instance(study_uid, series_uid, sop_uid), numbers)

    def delete_series(self, series_instance_uid: str) -> int:
        with self._in_order():
            folder = self._series_folder(series_instance_uid)
            if folder is None:
                return 0
            paths = self._entries(folder)
            (self.root / "metadata" / f"{series_instance_uid}.json").unlink(missing_ok=True)
            for path in paths:
                path.unlink(missing_ok=True)
                self._claim_path(path.stem).unlink(missing_ok=True)
            (self.root / "series" / series_instance_uid).unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)
            return len(paths)

    def health(self) -> ArchiveHealth:
        with self._in_order(), self._written(b"health"):
            count = sum(len(self._entries(folder)) for folder in self._entries(self.root / "by-sop"))
            return ArchiveHealth("folder", "1", count, shutil.disk_usage(self.root).free)

    def _claim_path(self, sop_uid: str) -> Path:
        spread = hashlib.sha256(sop_uid.encode()).hexdigest()[:2]
        return self.root / "by-sop" / spread / f"{sop_uid}.dcm"

    def _path(self, address: InstanceAddress) -> Path:
        folder = self.root / "studies" / address.study_instance_uid / address.series_instance_uid
        return folder / f"{address.sop_instance_uid}.dcm"

    def _series_folder(self, series_uid: str) -> Path | None:
        owner = self.root / "series" / series_uid
        if not UID.match(series_uid) or not owner.exists():
            return None
        return self.root / "studies" / owner.read_text() / series_uid

    @staticmethod
    def _entries(folder: Path) -> list[Path]:
        return list(folder.iterdir()) if folder.exists() else []

    def _claim_series(self, address: InstanceAddress) -> None:
        owner = self.root / "series" / address.series_instance_uid
        try:
            if owner.read_text() == address.study_instance_uid:
                return
        except FileNotFoundError:
            pass
        try:
            self._claim(owner, address.study_instance_uid.encode())
        except InstanceConflict as error:
            raise InstanceConflict("the series UID belongs to another study") from error
        _sync_folders(owner.parent)

    def _list_in_series(self, address: InstanceAddress) -> None:
        claim, path = self._claim_path(address.sop_instance_uid), self._path(address)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(claim, path)
        except FileExistsError:
            if not claim.samefile(path):
                # A crash kept this name and lost the claim; nothing had been acknowledged.
                path.unlink()
                os.link(claim, path)

    def _claim(self, path: Path, content: bytes) -> bool:
        """Give the content this name if the name is free; return False when it holds the same already.

        The name lasts once its folder is synced.
        """
        if not path.exists():
            with self._written(content) as complete:
                path.parent.mkdir(parents=True, exist_ok=True)
                try:
                    os.link(complete, path)
                    return True
                except FileExistsError:
                    pass
        if path.read_bytes() != content:
            raise InstanceConflict("the SOP Instance UID is taken by other content")
        return False

    @contextmanager
    def _written(self, content: bytes) -> Iterator[Path]:
        """Yield a complete, synced file without a lasting name."""
        folder = self.root / "incoming"
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            yield Path(file.name)
        finally:
            Path(file.name).unlink(missing_ok=True)

    @contextmanager
    def _in_order(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ArchiveUnavailable(f"the archive folder failed: {error.strerror}") from error


def _known_items(cache: Path) -> dict[str, dict[str, Any]]:
    try:
        return json.loads(cache.read_bytes())
    except (OSError, ValueError):
        return {}


def _sync_folders(*folders: Path) -> None:
    """Make the names in the folders last; side by side, because the disk takes them in one flush."""
    first, *others = folders
    waiting = [_pool().submit(sync_folder, folder) for folder in others]
    sync_folder(first)
    for each in waiting:
        each.result()


@cache
def _pool_of(process: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(SYNCS_AT_ONCE, thread_name_prefix="archive-sync")


def _pool() -> ThreadPoolExecutor:
    """Return this process's threads: those of a parent do not survive a fork."""
    return _pool_of(os.getpid())
