"""Faults of a design, each with its place and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class DesignError:
    """One fault: file (relative to the studies folder), line (from 1),
    field path and message in both languages.
    """

    file: str
    line: int
    field: str
    message_zh: str
    message_en: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field}: {self.message_en} / {self.message_zh}"


class DesignErrors(Exception):
    """All faults of one study, in the order of files and lines."""

    def __init__(self, errors: Iterable[DesignError]) -> None:
        self.errors = sorted(set(errors))
        super().__init__("\n".join(str(error) for error in self.errors))
