"""What a backup holds besides the database, and how it is written into one stream and read back."""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from django.conf import settings

from edc.services.backup.sealing import Unreadable

MANIFEST: Final = "manifest.json"
FORMAT: Final = "tandem-backup/1"
PIECE: Final = 1 << 20


@dataclass(frozen=True)
class Member:
    """A file to put in: its name in the backup, and where it lies."""

    name: str
    path: Path


@dataclass
class Held:
    """What was written or read: each file's SHA-256 by its name, and what was erased before its turn came."""

    sha256: dict[str, str] = field(default_factory=dict)
    size: int = 0
    gone: list[str] = field(default_factory=list)


def archive_folder() -> Path | None:
    """Return the folder of the images, None where they lie in Orthanc, which a backup does not reach."""
    kind, _, place = settings.ARCHIVE_URL.partition("://")
    return Path(place) if kind == "folder" else None


def left_out() -> list[str]:
    """Return the stores that a backup does not reach and that need one of their own."""
    return [] if archive_folder() else ["orthanc"]


def members() -> Iterator[Member]:
    """Yield the files of the data folder that cannot be made again, in the order of their names.

    Not the secrets (key and data in one place protect nothing), not refused uploads (they identify patients
    and are removed by their day), not packages (their snapshot makes them again), caches, queues and logs.
    """
    roots = {"artifacts": Path(settings.ARTIFACT_DIR), "models": Path(settings.MODEL_DIR)}
    images = archive_folder()
    if images:
        roots["images"] = images
    for name, root in roots.items():
        for path in sorted(_below(root)):
            if path.is_file() and not path.is_symlink() and path.suffix != ".part":
                yield Member(f"files/{name}/{path.relative_to(root).as_posix()}", path)


def _below(root: Path) -> Iterator[Path]:
    """Yield the files below a folder; raise OSError where one of its folders may not be read."""
    for folder, _folders, names in os.walk(root, onerror=_unless_gone):
        yield from (Path(folder) / name for name in names)


def _unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


class _Hashing:
    """A file as it is read, hashed on the way."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self.found = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        self.found.update(piece)
        return piece


def write(out: io.RawIOBase, files: Iterable[Member], about: dict[str, Any]) -> Held:
    """Write the files and, last, the manifest with their hashes.

    A file that was erased by right since it was listed, such as withdrawn evidence, is named as gone.
    """
    held = Held()
    with tarfile.open(fileobj=out, mode="w|", bufsize=PIECE) as archive:  # type: ignore[call-overload]
        for member in files:
            try:
                source = member.path.open("rb")
            except FileNotFoundError:
                held.gone.append(member.name)
                continue
            with source:
                info = tarfile.TarInfo(member.name)
                info.size, info.mode = os.fstat(source.fileno()).st_size, 0o600
                hashing = _Hashing(source)
                archive.addfile(info, hashing)  # type: ignore[arg-type]
                held.sha256[member.name], held.size = hashing.found.hexdigest(), held.size + info.size
        manifest = {**about, "format": FORMAT, "files": held.sha256, "gone": held.gone}
        text = json.dumps(manifest, indent=1, sort_keys=True).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mode = len(text), 0o600
        archive.addfile(info, io.BytesIO(text))
    return held


def read(source: io.RawIOBase, folder: Path) -> tuple[Held, dict[str, Any]]:
    """Unpack into the folder and return what was found there with the manifest that was written for it."""
    held, manifest = Held(), {}
    try:
        with tarfile.open(fileobj=source, mode="r|", bufsize=PIECE) as archive:  # type: ignore[call-overload]
            for info in archive:
                taken = archive.extractfile(info)
                if taken is None:
                    raise Unreadable(f"{info.name} is no file")
                if info.name == MANIFEST:
                    manifest = json.loads(taken.read())
                    continue
                held.sha256[info.name] = _keep(_Hashing(taken), _inside(folder, info.name))
                held.size += info.size
    except tarfile.TarError as error:
        raise Unreadable(str(error)) from error
    if manifest.get("format") != FORMAT:
        raise Unreadable("the manifest is missing")
    return held, manifest


def _inside(folder: Path, name: str) -> Path:
    parts = PurePosixPath(name).parts
    if name.startswith("/") or ".." in parts:
        raise Unreadable(f"{name} leads out of the folder")
    return folder.joinpath(*parts)


def _keep(source: _Hashing, path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        while piece := source.read(PIECE):
            out.write(piece)
    return source.found.hexdigest()
