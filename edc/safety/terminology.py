"""CTCAE 5.0: its terms by system organ class, and the grades that each term has.

The table is data of the study library (`studies/library/ctcae_v5.yaml`), which names its source and licence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import yaml

from edc.design.items import Text

LIBRARY = Path(__file__).resolve().parents[2] / "studies" / "library"
EXTERNAL = "ctcae"
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Term:
    """One term with its class; `grades` holds the words of the grades that exist, from 1 to 5."""

    term: str
    label: Text
    group: Text
    grades: Mapping[str, str]
    definition: str = ""
    note: str = ""


@dataclass(frozen=True)
class Terminology:
    """All terms of one version, class by class as published."""

    version: str
    terms: tuple[Term, ...]

    @cached_property
    def by_name(self) -> dict[str, Term]:
        return {each.term: each for each in self.terms}

    def term(self, name: str) -> Term | None:
        return self.by_name.get(name)

    def grades_of(self, name: str) -> tuple[str, ...]:
        """Return the grades that the term has, none for what is no term."""
        found = self.term(name)
        return tuple(found.grades) if found else ()


@cache
def ctcae() -> Terminology:
    """Return CTCAE 5.0, read once a process."""
    data = yaml.load((LIBRARY / "ctcae_v5.yaml").read_text(encoding="utf-8"), Loader=Loader)  # noqa: S506
    terms = tuple(_term(each, group["name"]) for group in data["classes"] for each in group["terms"])
    return Terminology(data["version"], terms)


def _term(data: Mapping, group: Mapping) -> Term:
    return Term(
        term=data["term"],
        label=Text(data.get("zh", data["term"]), data["term"]),
        group=Text(group["zh"], group["en"]),
        grades={str(grade): words for grade, words in data["grades"].items()},
        definition=data.get("definition", ""),
        note=data.get("note", ""),
    )


def has_grade(term: str, grade: str) -> bool:
    """Tell whether CTCAE 5.0 defines the grade for the term; raises ValueError for what is no term."""
    found = ctcae().term(term)
    if found is None:
        raise ValueError(f"{term} is no term of CTCAE 5.0")
    return grade in found.grades
