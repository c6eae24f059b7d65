"""One cell of a file from outside, wherever it was read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceCell:
    """A value with its place in the file and in the study.

    ``raw`` is the text in the file. ``row`` is the key of a row of a repeating group, ``+N`` for what line N
    holds of a row without key, or empty.
    """

    line: int
    column: str
    subject: str
    event: str
    form: str
    item: str
    raw: str
    site: str = ""
    event_repeat: str = "1"
    form_repeat: str = "1"
    row: str = ""
    unit: str | None = None
    missing: str | None = None
    event_date: str = ""
