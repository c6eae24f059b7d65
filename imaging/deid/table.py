"""PS3.15 Table E.1-1 as data: the action of each attribute under the basic profile and each option."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE_FILE = Path(__file__).with_name("table_e1_1.json")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `basic` is e.g. "X", "Z/D" or "X/Z/U*"; `options` maps an option's column to "K" or "C"."""

    tag: str
    name: str
    basic: str
    options: Mapping[str, str]


@cache
def rows() -> tuple[Row, ...]:
    """Return every row in the order of the table, group ranges included."""
    return tuple(Row(*row) for row in json.loads(TABLE_FILE.read_text(encoding="utf-8"))["rows"])


@cache
def rows_by_tag() -> dict[int, Row]:
    """Return the rows of single attributes by tag number; 50xx, 60xx and odd groups are not among them."""
    return {int(row.tag, 16): row for row in rows() if "x" not in row.tag and row.tag != "odd"}
