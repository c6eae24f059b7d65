"""What a package is proved by: the files with their hashes, the counts compared, and SHA256SUMS."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

MANIFEST, SUMS, VERIFIER = "manifest.json", "SHA256SUMS", "verify_package.py"
_CHUNK: Final = 1 << 20


@dataclass(frozen=True)
class FileEntry:
    """A file of the package; `rows` is None where it has none."""

    path: str
    bytes: int
    sha256: str
    rows: int | None = None


@dataclass(frozen=True)
class Compared:
    """How the re-read file agrees with the database: how many counts were compared, what differs."""

    path: str
    counts: int
    differences: tuple[str, ...] = ()


class Incomplete(ValueError):
    """A written file does not hold what the database holds; the package must not be handed out."""

    def __init__(self, compared: Sequence[Compared]) -> None:
        self.compared = tuple(each for each in compared if each.differences)
        first = self.compared[0]
        super().__init__(f"{first.path}: {first.differences[0]}")


def sha256_of(path: Path) -> str:
    """Return the hash of a file, read in pieces."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            found.update(piece)
    return found.hexdigest()


def entries(folder: Path, rows: Mapping[str, int]) -> list[FileEntry]:
    """Return every file below the folder, in order of its path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    names = [path.relative_to(folder).as_posix() for path in paths]
    return [
        FileEntry(name, path.stat().st_size, sha256_of(path), rows.get(name))
        for name, path in zip(names, paths, strict=True)
    ]


def seal(
    folder: Path, about: Mapping[str, Any], rows: Mapping[str, int], compared: Sequence[Compared]
) -> dict[str, Any]:
    """Write manifest.json and SHA256SUMS beside the files and return the manifest.

    Raises Incomplete, and writes nothing, where a count differs.
    """
    if any(each.differences for each in compared):
        raise Incomplete(compared)
    manifest = {
        **about,
        "files": [asdict(each) for each in entries(folder, rows)],
        "reconciliation": [{"path": each.path, "counts": each.counts, "agree": True} for each in compared],
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    sums = [f"{each.sha256}  {each.path}\n" for each in entries(folder, {})]
    (folder / SUMS).write_text("".join(sums), encoding="utf-8")
    return manifest
