"""Names that a statistics package accepts, unique whatever is compared, with the way back."""

import re
from collections.abc import Iterable

_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9_]")
# Words that SPSS, SAS or Stata keep for themselves.
_RESERVED = frozenset(
    {"ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH", "_N_", "_ALL", "_B",
     "BYTE", "DOUBLE", "FLOAT", "IF", "IN", "INT", "LONG", "USING", "STRL"}
)  # fmt: skip


def legal_names(names: Iterable[str], *, longest: int) -> dict[str, str]:
    """Return for each name one of letters, digits and underscores that begins with a letter.

    No two are equal when case is ignored; a name that is too long keeps its beginning and gets a number.
    """
    taken: set[str] = set()
    return {name: _free(_plain(name)[:longest], longest, taken) for name in names}


def _plain(name: str) -> str:
    plain = _NOT_ALLOWED.sub("_", name)
    if not plain[:1].isalpha():
        plain = f"V{plain}"
    return f"{plain}_" if plain.upper() in _RESERVED else plain


def _free(name: str, longest: int, taken: set[str]) -> str:
    found, number = name, 1
    while found.upper() in taken:
        number += 1
        ending = f"_{number}"
        found = name[: longest - len(ending)] + ending
    taken.add(found.upper())
    return found
