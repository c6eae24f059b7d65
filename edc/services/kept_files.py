"""Uploaded files on disk, one each, kept as long as the study's data, also when what they show is withdrawn.

Pages of source evidence lie in one folder, the PDFs of study documents in another.
"""

import hashlib
import uuid
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from edc.errors import NotHeld
from edc.models import Evidence, StudyDocument

FOLDERS = {Evidence: "evidence", StudyDocument: "documents"}


def folder(kind: type[Evidence] | type[StudyDocument] = Evidence) -> Path:
    return Path(settings.ARTIFACT_DIR) / FOLDERS[kind]


def keep(public_id: uuid.UUID, content: bytes, kind: type[Evidence] | type[StudyDocument] = Evidence) -> None:
    """Store a file under the id of what it belongs to; a reader finds all of it or nothing."""
    folder(kind).mkdir(parents=True, exist_ok=True)
    part = folder(kind) / f"{public_id}.part"
    part.write_bytes(content)
    part.replace(folder(kind) / str(public_id))


def content_of(owner: Evidence | StudyDocument) -> bytes:
    """Return the file; raise NotHeld where it is gone or is not the one that was kept."""
    path = folder(type(owner)) / str(owner.public_id)
    content = path.read_bytes() if path.exists() else b""
    if hashlib.sha256(content).hexdigest() != owner.sha256:
        raise NotHeld(_("The page is not in the store any more. Ask the operator to restore it."))
    return content
