"""The Part 10 envelope: preamble, file meta group, bounded inflation of a deflated data set (PS3.10)."""

import zlib
from dataclasses import dataclass
from struct import unpack_from

from imaging.intake.classes import ALLOWED_SYNTAXES, DEFLATED, IMPLICIT
from imaging.intake.limits import Limits
from imaging.intake.refusal import RefusedInstance
from imaging.intake.scan import LONG_VRS, SHORT_VRS

_PREFIX = 132
_EXPLICIT_UID = b"1.2.840.10008.1.2.1"
_LOGGABLE = frozenset("0123456789.")


@dataclass(frozen=True, slots=True)
class Envelope:
    """A file ready for scanning: never deflated, with where its data set starts."""

    data: bytes
    dataset_start: int
    transfer_syntax: str

    @property
    def implicit(self) -> bool:
        return self.transfer_syntax == IMPLICIT


def open_envelope(data: bytes, *, limits: Limits) -> Envelope:
    """Return the envelope of a Part 10 file, or refuse it; a deflated data set comes back inflated."""
    if len(data) < _PREFIX or data[128:_PREFIX] != b"DICM":
        raise RefusedInstance("not_dicom", "DICM prefix missing")
    end, value_at, syntax = _read_meta(data)
    if syntax not in ALLOWED_SYNTAXES:
        raise RefusedInstance("unsupported_transfer_syntax", _showable(syntax))
    if syntax == DEFLATED:
        data, syntax = _inflate(data, end, value_at, limits), _EXPLICIT_UID.decode()
    _check_encoding(data, end, implicit=syntax == IMPLICIT)
    return Envelope(data, end, syntax)


def _showable(syntax: str) -> str:
    """Return the syntax if it is a plain UID, else a fixed word: file content must not reach messages."""
    return syntax if syntax and len(syntax) <= 64 and set(syntax) <= _LOGGABLE else "none"


def _read_meta(data: bytes) -> tuple[int, int, str]:
    """Walk group 0002 (always explicit little endian); return its end and the transfer syntax."""
    position, value_at, syntax = _PREFIX, 0, ""
    while position + 8 <= len(data) and data[position : position + 2] == b"\x02\x00":
        start, length = _meta_value(data, position)
        if data[position + 2 : position + 4] == b"\x10\x00":
            value_at, syntax = start, data[start : start + length].decode("ascii", "replace").rstrip("\0 ")
        position = start + length
    return position, value_at, syntax


def _meta_value(data: bytes, position: int) -> tuple[int, int]:
    vr = data[position + 4 : position + 6]
    if vr in SHORT_VRS:
        start, length = position + 8, unpack_from("<H", data, position + 6)[0]
    elif vr in LONG_VRS:
        start, length = position + 12, int.from_bytes(data[position + 8 : position + 12], "little")
    else:
        raise RefusedInstance("malformed", f"file meta information at byte {position}")
    if start + length > len(data):
        raise RefusedInstance("truncated", f"file meta information at byte {position}")
    return start, length


def _inflate(data: bytes, end: int, value_at: int, limits: Limits) -> bytes:
    """Return the same file as explicit VR little endian; stops at the limit whatever the ratio."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        inflated = stream.decompress(data[end:], limits.max_inflated_bytes)
    except zlib.error as error:
        raise RefusedInstance("malformed", "deflate stream") from error
    if stream.unconsumed_tail:
        raise RefusedInstance("too_large", f"inflates beyond {limits.max_inflated_bytes} bytes")
    if not stream.eof:
        raise RefusedInstance("truncated", "deflate stream")
    syntax = _EXPLICIT_UID.ljust(len(DEFLATED) + len(DEFLATED) % 2, b"\0")
    return data[:value_at] + syntax + data[value_at + len(syntax) : end] + inflated


def _check_encoding(data: bytes, start: int, *, implicit: bool) -> None:
    """Refuse a data set whose first element contradicts the transfer syntax: parsers would guess."""
    if len(data) < start + 8:
        raise RefusedInstance("truncated", "no data set")
    vr = data[start + 4 : start + 6]
    if implicit == (vr in SHORT_VRS or vr in LONG_VRS):
        raise RefusedInstance("malformed", "data set encoding contradicts the transfer syntax")
