"""The files of source evidence on disk, one each, kept as long as the study's data, also when withdrawn."""

import hashlib
import uuid
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from edc.errors import NotHeld
from edc.models import Evidence


def folder() -> Path:
    return Path(settings.ARTIFACT_DIR) / "evidence"


def keep(public_id: uuid.UUID, content: bytes) -> None:
    """Store a file under its evidence's id; a reader finds all of it or nothing."""
    folder().mkdir(parents=True, exist_ok=True)
    part = folder() / f"{public_id}.part"
    part.write_bytes(content)
    part.replace(folder() / str(public_id))


def content_of(evidence: Evidence) -> bytes:
    """Return the file; raise NotHeld where it is gone or is not the one that was kept."""
    path = folder() / str(evidence.public_id)
    content = path.read_bytes() if path.exists() else b""
    if hashlib.sha256(content).hexdigest() != evidence.sha256:
        raise NotHeld(_("The page is not in the store any more. Ask the operator to restore it."))
    return content
