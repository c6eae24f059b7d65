"""What a newer version of a dictionary changes in the codes that values have."""

from collections.abc import Iterator
from dataclasses import dataclass

from edc.models import Coding, Dictionary, DictionaryTerm

SAME, RENAMED, MOVED, RETIRED, GONE = "same", "renamed", "moved", "retired", "gone"
OUTCOMES = (GONE, RETIRED, MOVED, RENAMED, SAME)
# The code goes on: to be approved anew where its words or its classes are others.
CARRIED = (SAME, RENAMED, MOVED)


@dataclass(frozen=True)
class TermChange:
    """One term in use: how many values have it, what it is in the newer version, and what that means."""

    old: DictionaryTerm
    new: DictionaryTerm | None
    outcome: str
    codings: tuple[int, ...]

    @property
    def count(self) -> int:
        return len(self.codings)


def version_changes(old: Dictionary, new: Dictionary) -> list[TermChange]:
    """Return every term of `old` that a coding in force has, those that need a person first.

    Reads the codings of every site that the session shows: counts alone are to be told to others.
    """
    held: dict[int, list[int]] = {}
    rows = Coding.objects.filter(term__dictionary=old, ended_at=None).order_by("pk")
    for pk, term in rows.values_list("pk", "term"):
        held.setdefault(term, []).append(pk)
    terms = {each.pk: each for each in DictionaryTerm.objects.filter(pk__in=held)}
    later = {each.code: each for each in new.terms.filter(code__in={each.code for each in terms.values()})}
    found = [_change(terms[pk], later, tuple(codings)) for pk, codings in held.items()]
    return sorted(found, key=lambda each: (OUTCOMES.index(each.outcome), each.old.code))


def _change(old: DictionaryTerm, later: dict[str, DictionaryTerm], codings: tuple[int, ...]) -> TermChange:
    new = later.get(old.code)
    if new is None:
        return TermChange(old, None, GONE, codings)
    outcome = next(_differences(old, new), SAME)
    return TermChange(old, new, outcome, codings)


def _differences(old: DictionaryTerm, new: DictionaryTerm) -> Iterator[str]:
    if old.current and not new.current:
        yield RETIRED
    if _classes(old) != _classes(new):
        yield MOVED
    if (old.zh, old.en) != (new.zh, new.en):
        yield RENAMED


def _classes(term: DictionaryTerm) -> list[tuple[str, str]]:
    return [(each[0], each[1]) for each in term.path]
