#!/usr/bin/env python3
"""Verify an exported audit trail: `python3 verify_trail.py audit-trail.jsonl`. Python 3.8 or newer, no more.

The file holds one JSON object a line: a header, then every row of the platform's hash chain in order, then a
footer. A row whose content may be read here holds all its fields; of every other row (another study, another
site, a value still blinded) only the two hashes that link it to its neighbours. Checked are:

- each row's `previous_hash` is the `hash` of the row before it, and the first is 64 zeros;
- each open row's `hash` is the SHA-256 of its content: the JSON object of its fields but `id` and `hash`,
  with sorted keys, no blanks, UTF-8;
- a row whose content no longer fits was redacted: a later open row `redaction.applied` names it with the
  SHA-256 of what it says now;
- the footer's count and last hash are those of the rows.

Exit code 0: all hold. 1: the first row that does not is named. 2: the file is no exported trail.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator

FORMAT = "tandem-audit-trail/1"
GENESIS = "0" * 64
REDACTION = "redaction.applied"


class Broken(Exception):
    """A row, or the end, does not fit."""


class Trail:
    """The walk along the chain."""

    def __init__(self) -> None:
        self.previous = GENESIS
        self.rows = self.opened = 0
        self.unfit: dict[int, str] = {}
        self.redacted: dict[int, int] = {}

    def take(self, row: dict) -> None:
        """Check one row against the one before it and against its own hash."""
        if row["previous_hash"] != self.previous:
            raise Broken(self._named(row, "the row before this one was removed or inserted"))
        if "action" in row:
            self._check_content(row)
        self.previous, self.rows = row["hash"], self.rows + 1

    def _check_content(self, row: dict) -> None:
        self.opened += 1
        digest = content_hash(row)
        if digest != row["hash"]:
            self.unfit[row["id"]] = digest
        elif row["action"] == REDACTION:
            for each in row["after"]["events"]:
                if self.unfit.get(each["id"]) == each["sha256"]:
                    del self.unfit[each["id"]]
                    self.redacted[each["id"]] = row["id"]

    def end(self, footer: dict) -> None:
        """Check that nothing altered is left unexplained, and that the rows end where the footer says."""
        if self.unfit:
            raise Broken(f"row {min(self.unfit)}: the content of this row was altered")
        if footer.get("rows") != self.rows or footer.get("last_hash") != self.previous:
            raise Broken(f"the end: {footer.get('rows')} rows were exported, but {self.rows} are here")

    def _named(self, row: dict, problem: str) -> str:
        first = min([*self.unfit, row["id"]])
        words = problem if first == row["id"] else "the content of this row was altered"
        return f"row {first}: {words}"


def content_hash(row: dict) -> str:
    """Return the SHA-256 of an open row's content."""
    content = {name: value for name, value in row.items() if name not in ("id", "hash")}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def verify(lines: Iterator[str]) -> Trail:
    """Return the walk over the lines; raise Broken where something does not hold."""
    header = json.loads(next(lines))
    if header.get("format") != FORMAT:
        raise ValueError(f"not a {FORMAT} file")
    trail = Trail()
    footer: dict = {}
    for line in lines:
        row = json.loads(line)
        if "rows" in row:
            footer = row
            break
        trail.take(row)
    if next(lines, "").strip():
        raise Broken("the end: there are lines after the footer")
    trail.end(footer)
    return trail


def main(path: str) -> int:
    """Print what holds or where it breaks, and return the exit code."""
    try:
        with open(path, encoding="utf-8") as file:
            trail = verify(iter(file))
    except Broken as problem:
        sys.stdout.write(f"BROKEN at {problem}\n")
        return 1
    except (ValueError, KeyError, AttributeError, StopIteration, OSError) as problem:
        sys.stderr.write(f"This is no exported audit trail: {problem}\n")
        return 2
    counts = f"content of {trail.opened} checked, {len(trail.redacted)} redacted"
    sys.stdout.write(f"OK {trail.rows} rows: {counts}, last hash {trail.previous}\n")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
