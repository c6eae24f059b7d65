"""Uploaded files on disk, by their hash: read as cells, and never changed."""

import fcntl
import hashlib
import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from edc.design.study import StudyDesign
from edc.errors import InvalidInput, NotHeld
from edc.exchange.faults import FileFault
from edc.exchange.mapping import Mapping
from edc.exchange.odm_read.clinical import gather_checkboxes, odm_cells
from edc.exchange.safe_files import MAX_FILE, check_size, check_zip
from edc.exchange.source import SourceCell
from edc.exchange.suggest import suggested_mapping
from edc.exchange.table_cells import table_cells
from edc.exchange.table_read import Table, open_table
from edc.models import ImportBatch
from edc.selectors.evaluation import in_language

MAX_CELLS = 2_000_000
KINDS = {".csv": "csv", ".txt": "csv", ".tsv": "csv", ".xlsx": "xlsx", ".xml": "odm"}


def folder() -> Path:
    return Path(settings.ARTIFACT_DIR) / "imports"


def kind_of(name: str) -> str:
    """Return csv, xlsx or odm by the file's name; raise InvalidInput for anything else."""
    kind = KINDS.get(Path(name).suffix.lower())
    if kind is None:
        message = _("Upload a CSV (.csv), Excel (.xlsx) or ODM (.xml) file.")
        raise InvalidInput(_("Some fields need correction."), fields={"file": message})
    return kind


class Stored(dict[Path, int]):
    """The files that a block stored as the first of their content, each with its inode."""


@contextmanager
def gone_on_failure() -> Iterator[Stored]:
    """Remove what the block stored again where it fails; the transaction of its rows lies inside it.

    A file that lay there before, or that somebody else has stored since, stays.
    """
    stored = Stored()
    try:
        yield stored
    except BaseException:
        with _alone():
            for path, inode in stored.items():
                if path.exists() and path.stat().st_ino == inode:
                    path.unlink()
        raise


@contextmanager
def _alone() -> Iterator[None]:
    """Let nobody else store or remove a file meanwhile."""
    folder().mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder(), os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def keep(chunks: Iterable[bytes], stored: Stored) -> tuple[str, int]:
    """Store a file under its SHA-256 and return that and its size; raise InvalidInput over the limit."""
    folder().mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    part = folder() / f"{uuid.uuid4().hex}.part"
    try:
        with part.open("wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > MAX_FILE:
                    message = _("The file is over %(count)d MB: split it.") % {"count": MAX_FILE // 2**20}
                    raise InvalidInput(_("Some fields need correction."), fields={"file": message})
                digest.update(chunk)
                file.write(chunk)
        _put(part, folder() / digest.hexdigest(), stored)
    finally:
        part.unlink(missing_ok=True)
    return digest.hexdigest(), size


def _put(part: Path, path: Path, stored: Stored) -> None:
    """Give the file its name; an equal one is replaced, so that its first uploader's failure spares this."""
    with _alone():
        first = not path.exists()
        part.replace(path)
        if first:
            stored[path] = path.stat().st_ino


def is_kept(sha256: str) -> bool:
    """Tell whether the file is there and is still the one that was uploaded."""
    path = folder() / sha256
    return path.exists() and _sha256(path) == sha256


def path_of(batch: ImportBatch) -> Path:
    """Return the file of a batch; raise NotHeld when it is gone or is not the file that was uploaded."""
    path = folder() / batch.file_sha256
    if not is_kept(batch.file_sha256):
        raise NotHeld(_("The uploaded file is not in the store any more: upload it again."))
    return path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_readable(path: Path, kind: str) -> None:
    """Raise InvalidInput where the file cannot be read at all, so that nobody assigns its columns first."""
    try:
        if kind == "odm":
            check_size(path)
        else:
            open_table(path, kind)
    except FileFault as fault:
        raise InvalidInput(_("The file cannot be read."), fields={"file": in_language(fault.text)}) from None


def table_of(batch: ImportBatch) -> Table:
    """Return the table of a CSV or Excel batch; raise FileFault."""
    return open_table(path_of(batch), batch.kind)


def first_mapping(batch: ImportBatch, design: StudyDesign) -> Mapping:
    """Return what the file's own names say of its columns."""
    if batch.kind == ImportBatch.Kind.ODM:
        return Mapping(shape="odm")
    return suggested_mapping(table_of(batch).headings, design)


def cells_of(batch: ImportBatch, mapping: Mapping) -> Iterator[SourceCell]:
    """Yield every assigned cell of the batch's file; raise FileFault."""
    if batch.kind == ImportBatch.Kind.ODM:
        cells = odm_cells(path_of(batch), mapping)
    else:
        if batch.kind == ImportBatch.Kind.EXCEL:
            check_zip(path_of(batch))
        cells = table_cells(table_of(batch), mapping)
        if mapping.checkboxes:
            cells = gather_checkboxes(cells, mapping)
    for count, cell in enumerate(cells):
        if count >= MAX_CELLS:
            raise FileFault(
                f"超过 {MAX_CELLS} 个单元格，分成几个文件", f"More than {MAX_CELLS} cells: split the file."
            )
        yield cell
