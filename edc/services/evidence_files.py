"""Files of the study's documents on disk, one each: source evidence, consent forms, signed pages of consents.

Kept as long as the study's data, also when withdrawn; a signed page alone can be erased.
"""

import hashlib
import uuid
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from edc.errors import NotHeld

EVIDENCE, CONSENTS = "evidence", "consents"


class Kept(Protocol):
    """A row whose file is kept under its id."""

    public_id: uuid.UUID
    sha256: str


def folder(room: str = EVIDENCE) -> Path:
    return Path(settings.ARTIFACT_DIR) / room


def keep(public_id: uuid.UUID, content: bytes, room: str = EVIDENCE) -> None:
    """Store a file under its row's id; a reader finds all of it or nothing."""
    folder(room).mkdir(parents=True, exist_ok=True)
    part = folder(room) / f"{public_id}.part"
    part.write_bytes(content)
    part.replace(folder(room) / str(public_id))


def content_of(held: Kept, room: str = EVIDENCE) -> bytes:
    """Return the file; raise NotHeld where it is gone or is not the one that was kept."""
    path = folder(room) / str(held.public_id)
    content = path.read_bytes() if path.exists() else b""
    if hashlib.sha256(content).hexdigest() != held.sha256:
        raise NotHeld(_("The page is not in the store any more. Ask the operator to restore it."))
    return content
