"""A term of a dictionary with the classes above it, and the form in which words are compared."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

_BETWEEN: Final = re.compile(r"[\s\-_,;:.，；：。、·/]+")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Class:
    """One class above a term: its level in the dictionary, such as SOC or ATC1, its code and its names."""

    level: str
    code: str
    zh: str = ""
    en: str = ""


@dataclass(frozen=True)
class Term:
    """What a value can be coded to; `path` holds the classes above it, the widest first.

    A term that is not `current` stays readable and is offered no more.
    """

    code: str
    level: str
    zh: str = ""
    en: str = ""
    path: tuple[Class, ...] = ()
    current: bool = True


def key_of(words: str) -> str:
    """Return the words as they are compared: full and half width, case, blanks and points alike."""
    return _BETWEEN.sub(" ", unicodedata.normalize("NFKC", words).casefold()).strip()


def is_chinese(words: str) -> bool:
    return bool(_HAN.search(words))


def in_both(first: Mapping[str, Term], second: Mapping[str, Term]) -> dict[str, Term]:
    """Return the terms of one dictionary read in two languages, each with the names of both."""
    return {code: _named(term, second.get(code)) for code, term in first.items()}


def _named(term: Term, other: Term | None) -> Term:
    if other is None:
        return term
    above = {(each.level, each.code): each for each in other.path}
    path = tuple(_class_named(each, above.get((each.level, each.code))) for each in term.path)
    return replace(term, zh=term.zh or other.zh, en=term.en or other.en, path=path)


def _class_named(each: Class, other: Class | None) -> Class:
    return replace(each, zh=each.zh or other.zh, en=each.en or other.en) if other else each


def levels_of(terms: Iterable[Term]) -> list[str]:
    """Return the levels of a dictionary, the widest first, as the longest path has them."""
    longest: list[str] = []
    for term in terms:
        levels = [*(each.level for each in term.path), term.level]
        longest = levels if len(levels) > len(longest) else longest
    return longest
