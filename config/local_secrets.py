"""Secrets of a development installation: made once, kept readable by the owner alone."""

import os
import secrets
from pathlib import Path


def read_or_make(path: Path) -> str:
    """Return the secret kept at the path; made at random on first use (mode 0600, safe under a race)."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(secrets.token_urlsafe(48))
    try:
        os.link(draft, path)  # atomic: the first process wins, the others read its secret
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text()
