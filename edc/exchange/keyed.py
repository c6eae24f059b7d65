"""What the study's secret gives a subject: the days its dates move back, and pseudonyms.

Images and form data take the shift from here, so that both move by the same days (docs/decisions/0007).
"""

import base64
import hmac
from hashlib import sha256
from typing import Final

MAX_SHIFT_DAYS: Final = 365


def digest(secret: bytes, purpose: str, text: str) -> bytes:
    """Return the keyed hash of a text for one purpose; purposes do not tell of each other."""
    return hmac.digest(secret, f"{purpose}\0{text}".encode(), sha256)


def shift_days(secret: bytes, study_oid: str, subject_key: str) -> int:
    """Return the days by which every date of the subject moves back: 1 to 365, the same wherever asked."""
    return 1 + int.from_bytes(digest(secret, "shift", f"{study_oid}\0{subject_key}")) % MAX_SHIFT_DAYS


def pseudonym(secret: bytes, study_oid: str, purpose: str, original: str) -> str:
    """Return twelve letters and digits for an original; 60 bits, the same for one study and purpose."""
    code = base64.b32encode(digest(secret, f"pseudonym {purpose}", f"{study_oid}\0{original}"))
    return code[:12].decode()
