"""What a choice is found by when somebody types: its code, its label in both languages, and its pinyin."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from math import prod

# A label with more readings is found by the usual one and by those that differ from it in one character.
_MOST_READINGS = 64
_HAN = re.compile(r"([\u3400-\u9fff]+)")

# A syllable with its initial; what is no Chinese character stands for itself in both.
_Syllable = tuple[str, str]


@lru_cache(maxsize=16384)
def search_keys(*texts: str) -> tuple[str, ...]:
    """Return what the texts are found by, in small letters and without repetition.

    For a text with Chinese characters these are the text, its pinyin initials and its pinyin (without tones,
    v for ü), in every reading that the words leave open.
    """
    keys: list[str] = []
    for text in texts:
        keys.append(" ".join(text.casefold().split()))
        if _HAN.search(text):
            for reading in _readings(text):
                keys += ["".join(initial for _, initial in reading), "".join(full for full, _ in reading)]
    return tuple(dict.fromkeys(filter(None, keys)))


def usual_keys(text: str) -> tuple[str, ...]:
    """Return what a term of a large dictionary is found by: the text, its initials and its pinyin as usually
    read; a label with several readings is found by `search_keys`.
    """
    found = [" ".join(text.casefold().split())]
    if _HAN.search(text):
        read = [_syllable(each) for each in _usual(text)]
        found += ["".join(initial for _, initial in read), "".join(full for full, _ in read)]
    return tuple(dict.fromkeys(filter(None, found)))


def _usual(text: str) -> Iterator[str]:
    for run in _HAN.split(text):
        if _HAN.fullmatch(run):
            yield from (each[0] for each in _read(run))
        else:
            yield from run


def _readings(text: str) -> Iterator[tuple[_Syllable, ...]]:
    """Yield the readings of the text, the usual one first."""
    every = [list(dict.fromkeys(map(_syllable, each))) for each in _syllables(text)]
    usual = [each[0] for each in every]
    yield tuple(usual)
    if prod(map(len, every)) <= _MOST_READINGS:
        yield from product(*every)
        return
    for place, others in enumerate(every):
        yield from (tuple([*usual[:place], other, *usual[place + 1 :]]) for other in others)


def _syllables(text: str) -> Iterator[list[str]]:
    """Yield for each character what it may be read as, the usual reading first."""
    for run in _HAN.split(text):
        if _HAN.fullmatch(run):
            readings = zip(_read(run), _read(run, heteronym=True), strict=True)
            yield from ([*one, *others] for one, others in readings)
        else:
            yield from ([each] for each in run)


def _read(run: str, *, heteronym: bool = False) -> list[list[str]]:
    from pypinyin import Style, pinyin  # its tables take most of a second, which few processes need

    return pinyin(run, style=Style.NORMAL, heteronym=heteronym)


def _syllable(text: str) -> _Syllable:
    plain = re.sub(r"[^a-z0-9]", "", text.casefold())
    return plain, plain[:1]
