"""A sealed file opens whole with its key, and not at all when anything of it differs."""

import io

import pytest

from edc.services.backup.sealing import CHUNK, MAGIC, SALT_BYTES, TAG, Opener, Sealer, Unreadable

KEY = "k" * 40
HEAD = len(MAGIC) + SALT_BYTES


def sealed(content, key=KEY):
    out = io.BytesIO()
    sealer = Sealer(out, key)
    sealer.write(content)
    sealer.finish()
    return out.getvalue()


def opened(file, key=KEY):
    return Opener(io.BytesIO(file), key).read()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7])
def test_what_was_sealed_comes_back(size):
    content = (b"0123456789abcdef" * (size // 16 + 1))[:size]

    assert opened(sealed(content)) == content


def test_no_two_files_are_alike_and_none_shows_its_content():
    content = b"a patient's name" * 100

    assert sealed(content) != sealed(content)
    assert b"patient" not in sealed(content)


def test_it_is_read_piece_by_piece_as_it_was_written():
    content = bytes(range(256)) * 5000
    reader = Opener(io.BytesIO(sealed(content)), KEY)

    assert b"".join(iter(lambda: reader.read(10_007), b"")) == content


@pytest.mark.requirement("E9")
@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file[:-1],
        lambda file: file[: HEAD + CHUNK + TAG],
        lambda file: file[:HEAD] + file[HEAD + CHUNK + TAG :],
        lambda file: file[: HEAD + 9] + bytes([file[HEAD + 9] ^ 1]) + file[HEAD + 10 :],
        lambda file: file[: len(MAGIC)] + bytes(SALT_BYTES) + file[HEAD:],
        lambda file: file + b"x",
        lambda file: file[:20],
        lambda _file: b"not a backup at all, but long enough to be read as the head of one, or so it seems",
    ],
    ids=["cut a byte", "cut at a chunk", "chunk removed", "bit turned", "salt", "appended", "head", "other"],
)
def test_what_was_altered_or_cut_off_is_refused(spoil):
    file = sealed(bytes(2 * CHUNK + 100))

    with pytest.raises(Unreadable):
        opened(spoil(file))


def test_another_key_opens_nothing():
    with pytest.raises(Unreadable, match="BACKUP_KEY"):
        opened(sealed(b"content"), key="j" * 40)
