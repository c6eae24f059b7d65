"""Whole numbers that people and programs write into addresses and forms."""

from collections.abc import Iterable

# Every number of so many digits fits the widest whole number of the databases (2^63 - 1 has 19 digits).
KEY_DIGITS = 18


def whole_number(text: str, *, digits: int = KEY_DIGITS) -> int | None:
    """Return the number written with at most so many decimal digits of any script; None for all else.

    `str.isdigit` alone does not do: it accepts "²", which `int` refuses, and numbers that no database holds.
    """
    return int(text) if text.isdecimal() and len(text) <= digits else None


def keys(texts: Iterable[str]) -> list[int]:
    """Return the numbers among texts, in their order; what is no number is left out."""
    found = (whole_number(text) for text in texts)
    return [number for number in found if number is not None]
