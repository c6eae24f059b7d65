"""Keyed pseudonyms: UIDs, dates and the subject's name and number, the same for every upload of a study."""

import hmac
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Final

from edc.exchange import keyed

_PREFIX: Final = "2.25."
_CHECK_BITS: Final = 48
_DA = re.compile(r"(\d{4})[.]?(\d{2})[.]?(\d{2})\Z")
_DT = re.compile(r"(\d{8})([0-9.]*(?:[+-]\d{4})?)\Z")


@dataclass(frozen=True, slots=True)
class Pseudonymiser:
    """Maps identity to pseudonyms with one secret of at least 16 bytes; equal inputs give equal outputs.

    UIDs depend on the secret alone, so that references between studies stay whole; the date shift depends on
    study and subject. The secret is never part of the representation.
    """

    secret: bytes = field(repr=False)
    study_oid: str
    subject_key: str

    def __post_init__(self) -> None:
        if len(self.secret) < 16:
            raise ValueError("The pseudonymisation secret must have at least 16 bytes.")
        if not self.study_oid or not re.fullmatch(r"[\x20-\x5b\x5d-\x7e]{1,64}", self.subject_key):
            raise ValueError(
                "Study OID and subject key must be given; the key in at most 64 ASCII characters."
            )

    def _digest(self, purpose: str, text: str) -> int:
        return int.from_bytes(hmac.digest(self.secret, f"{purpose}\0{text}".encode(), sha256))

    def _check(self, head: int) -> int:
        return self._digest("uid-check", str(head)) >> (256 - _CHECK_BITS)

    def uid(self, original: str) -> str:
        """Return 2.25.<128 bits>: 80 keyed bits of the original and 48 that let a mapped UID be recognised.

        A UID that is already mapped comes back unchanged, so objects made from de-identified images keep
        their references when they are uploaded again. The top bit is set: all results have one length.
        """
        if self.is_mapped(original):
            return original
        head = self._digest("uid", original) >> (256 - 80) | 1 << 79
        return f"{_PREFIX}{head << _CHECK_BITS | self._check(head)}"

    def is_mapped(self, value: str) -> bool:
        """Tell whether this secret made the UID; a forger succeeds once in 2**48 attempts."""
        digits = value.removeprefix(_PREFIX)
        if digits == value or not digits.isascii() or not digits.isdigit() or len(digits) > 39:
            return False
        number = int(digits)
        head, check = number >> _CHECK_BITS, number & ((1 << _CHECK_BITS) - 1)
        return bool(head >> 79) and str(number) == digits and check == self._check(head)

    @property
    def shift_days(self) -> int:
        """Return the days by which every date of the subject is moved back: 1 to 365."""
        return keyed.shift_days(self.secret, self.study_oid, self.subject_key)

    def shift_da(self, value: str, *, days: int) -> str:
        """Return a DA moved back by `days`, or "" when it is not a whole date."""
        match = _DA.match(value.strip(" \0"))
        if match is None:
            return ""
        try:
            moved = date(*map(int, match.groups())) - timedelta(days=days)
        except (ValueError, OverflowError):
            return ""
        return f"{moved.year:04d}{moved.month:02d}{moved.day:02d}"

    def shift_dt(self, value: str, *, days: int) -> str:
        """Return a DT moved back by `days` with time and offset kept, or "" when it has no whole date."""
        match = _DT.match(value.strip(" \0"))
        moved = self.shift_da(match.group(1), days=days) if match else ""
        return moved + match.group(2) if match and moved else ""
