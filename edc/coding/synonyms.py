"""Reading a table of synonyms: words and the code that they mean, a line each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from edc.coding.terms import key_of
from edc.exchange.faults import FileFault
from edc.exchange.table_read import Line

HEADINGS: Final = ("words", "code")
LONGEST: Final = {"words": 300, "code": 40}
MOST: Final = 50_000
# Outcomes of a line; the faults keep the whole file out.
NEW, SAME, CHANGED = "new", "same", "changed"
EMPTY, LONG, TWICE, UNKNOWN, RETIRED = "empty", "long", "twice", "unknown", "retired"
FAULTS: Final = (EMPTY, LONG, TWICE, UNKNOWN, RETIRED)


@dataclass(frozen=True)
class Synonym:
    """A line of the file: its number, the words, the form in which they are compared, and the code."""

    line: int
    words: str
    key: str
    code: str

    @property
    def fault(self) -> str:
        """Return what is wrong with the line by itself, else nothing."""
        if not self.key or not self.code:
            return EMPTY
        longest = max(len(self.words), len(self.key))  # the form to compare may be longer than the words
        return LONG if longest > LONGEST["words"] or len(self.code) > LONGEST["code"] else ""


def read_synonyms(headings: Sequence[str], lines: Iterable[Line]) -> list[Synonym]:
    """Return the synonyms of a table in their order; raise FileFault where it is no such table."""
    missing = [name for name in HEADINGS if name not in headings]
    if missing:
        names = ", ".join(missing)
        raise FileFault(f"缺少列：{names}", f"Columns are missing: {names}.", "line 1")
    found = []
    for line in lines:
        words, code = (line.cells.get(name, "").strip() for name in HEADINGS)
        found.append(Synonym(line.number, words, key_of(words), code))
        if len(found) > MOST:
            raise FileFault(f"超过 {MOST} 行，分成几个文件", f"More than {MOST} lines: split the file.")
    if not found:
        raise FileFault("文件中没有同义词", "The file holds no synonym.")
    return found
