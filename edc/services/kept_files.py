"""Uploaded files on disk, one each, kept as long as the study's data, also when what they show is withdrawn.

A signed page of a consent alone can be erased. Each kind lies in a folder of its own.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from edc.errors import NotHeld
from edc.models import ConsentScan, ConsentVersion, Evidence, StudyDocument
from edc.services.lasting import write_lasting

Kept = ConsentScan | ConsentVersion | Evidence | StudyDocument
FOLDERS = {
    ConsentScan: "consents",
    ConsentVersion: "consents",
    Evidence: "evidence",
    StudyDocument: "documents",
}


def place_of(owner: Kept) -> Path:
    """Return where the file of a row lies."""
    return Path(settings.ARTIFACT_DIR) / FOLDERS[type(owner)] / str(owner.public_id)


def keep(owner: Kept, content: bytes) -> None:
    """Store the file of a row, to be called before the row is committed: a row without its file is harm."""
    write_lasting(place_of(owner), content)


@contextmanager
def gone_on_failure(owner: Kept) -> Iterator[None]:
    """Remove the file of a row again where the block fails; the row's transaction lies inside it."""
    try:
        yield
    except BaseException:
        place_of(owner).unlink(missing_ok=True)
        raise


def content_of(owner: Kept) -> bytes:
    """Return the file; raise NotHeld where it is gone or is not the one that was kept."""
    path = place_of(owner)
    content = path.read_bytes() if path.exists() else b""
    if hashlib.sha256(content).hexdigest() != owner.sha256:
        raise NotHeld(_("The page is not in the store any more. Ask the operator to restore it."))
    return content
