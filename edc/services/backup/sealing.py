"""The encryption of a backup as a stream: what was cut off, swapped or altered anywhere is refused.

A file is MAGIC, 32 random bytes of salt, then chunks. The key is HKDF-SHA256 of `BACKUP_KEY` with that salt,
so no two files share one. Each chunk is AES-256-GCM over at most CHUNK bytes; its nonce is the chunk's number
in 11 bytes, big endian, and one byte that is 1 for the last chunk alone (the STREAM construction of Hoang,
Reyhanitabar, Rogaway and Vizár, CRYPTO 2015).
"""

import io
import secrets
from typing import IO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC: Final = b"TANDEM-BACKUP-1\n"
SALT_BYTES: Final = 32
CHUNK: Final = 1 << 20
TAG: Final = 16


class Unreadable(ValueError):
    """The file is no backup, was altered or cut off, or the key is another one."""


def _cipher(key: str, salt: bytes) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"tandem backup").derive(key.encode())
    return AESGCM(derived)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


class Sealer(io.RawIOBase):
    """Encrypts what is written to it into `out`; without the last chunk, of `finish`, nothing opens whole."""

    def __init__(self, out: IO[bytes], key: str) -> None:
        salt = secrets.token_bytes(SALT_BYTES)
        self._out, self._cipher, self._number, self._held = out, _cipher(key, salt), 0, bytearray()
        out.write(MAGIC + salt)

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._held += data
        # One byte more than a chunk must be there, for the last chunk is marked as such.
        while len(self._held) > CHUNK:
            self._put(bytes(self._held[:CHUNK]), last=False)
            del self._held[:CHUNK]
        return len(data)

    def finish(self) -> None:
        self._put(bytes(self._held), last=True)

    def _put(self, chunk: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._number, last=last), chunk, None))
        self._number += 1


class Opener(io.RawIOBase):
    """Decrypts `source` as it is read; raises Unreadable at the first chunk that does not hold."""

    def __init__(self, source: IO[bytes], key: str) -> None:
        head = source.read(len(MAGIC) + SALT_BYTES)
        if not head.startswith(MAGIC) or len(head) < len(MAGIC) + SALT_BYTES:
            raise Unreadable("this is no backup of the platform")
        self._source, self._cipher, self._number = source, _cipher(key, head[len(MAGIC) :]), 0
        self._next = source.read(CHUNK + TAG)
        self._held = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while self._next and (size < 0 or len(self._held) < size):
            self._held += self._take()
        cut = len(self._held) if size < 0 else size
        found, self._held = self._held[:cut], self._held[cut:]
        return found

    def _take(self) -> bytes:
        chunk, self._next = self._next, self._source.read(CHUNK + TAG)
        nonce = _nonce(self._number, last=not self._next)
        self._number += 1
        try:
            return self._cipher.decrypt(nonce, chunk, None)
        except InvalidTag:
            raise Unreadable("altered, cut off, or sealed with another BACKUP_KEY") from None
