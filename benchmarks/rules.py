"""All rules over all data: ``python -m benchmarks.rules [--subjects N]`` prints evaluations a second.

Every form of every event is filled once for each made-up subject of each study; then visibility, derived
values, edit checks and criteria of the whole subject are evaluated, as after a change of every item. Counted
in processor seconds of this process, so that other work on it counts little. The limit stands beside.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from edc.design.items import ItemDef
from edc.design.reader import read_study
from edc.design.study import StudyDesign
from edc.rules.book import rule_book
from edc.rules.dependencies import RECORDS
from edc.rules.reevaluation import Change, Held, consequences
from edc.rules.subject_values import FinalRecord, SubjectValues, item_path

STUDIES = Path(__file__).resolve().parents[1] / "studies"
LIMIT = 50_000
TODAY = date(2026, 11, 21)
ROWS = 3


def main() -> int:
    """Print a line a study; return 1 where a study stays under the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subjects", type=int, default=30)
    subjects = parser.parse_args().subjects
    sys.stdout.write(
        f"{'study':6}{'subjects':>9}{'rules':>7}{'evaluations':>13}{'per second':>12}{'limit':>9}\n"
    )
    slow = 0
    for folder in sorted(STUDIES.glob("ChiCTR*")):
        design = read_study(folder, STUDIES / "library")
        evaluated, seconds, rules = measure(design, subjects)
        rate = evaluated / seconds
        slow += rate < LIMIT
        word = " SLOW" if rate < LIMIT else ""
        numbers = f"{subjects:9}{rules:7}{evaluated:13}{rate:12,.0f}{LIMIT:9,}"
        sys.stdout.write(f"{design.code:6}{numbers}{word}\n")
    return int(slow > 0)


def measure(design: StudyDesign, subjects: int) -> tuple[int, float, int]:
    """Return the evaluations of all rules over all data of the subjects, the seconds, the rules evaluated."""
    made = [forms_of(design, random.Random(number)) for number in range(subjects)]
    empty = SubjectValues(design, (), "S01")
    evaluated, rules = 0, set()
    started = time.process_time()
    for forms in made:
        found = consequences(empty, forms, every_change(forms), today=TODAY)
        evaluated += found.evaluated
        rules |= {name for _key, name in found.rules}
    return evaluated, time.process_time() - started, len(rules)


def every_change(forms: dict[int, Held]) -> set[Change]:
    """Return the changes that make every rule of every form due."""
    items = {(key, path.partition("[")[0]) for key, held in forms.items() for path in held.record.values}
    return items | {(key, RECORDS) for key in forms}


def forms_of(design: StudyDesign, rng: random.Random) -> dict[int, Held]:
    """Return a made-up subject: every form of every event filled, repeating groups with three rows."""
    book = rule_book(design)
    records = list(_records(design, rng))
    forms = {key: Held(record, book, frozenset(record.values)) for key, record in enumerate(records, start=1)}
    return settled(design, forms)


def settled(design: StudyDesign, forms: dict[int, Held]) -> dict[int, Held]:
    """Return the forms as they are held once completed: derived values computed, hidden ones gone."""
    found = consequences(SubjectValues(design, (), "S01"), forms, every_change(forms), today=TODAY)
    made = {}
    for key, held in forms.items():
        computed = {path: each.value for path, each in found.derived.get(key, {}).items()}
        gone = found.hidden.get(key, set())
        values = {path: each for path, each in {**held.record.values, **computed}.items() if path not in gone}
        values = {path: each for path, each in values.items() if each is not None}
        made[key] = Held(replace(held.record, values=values), held.book, frozenset(values))
    return made


def _records(design: StudyDesign, rng: random.Random) -> Iterator[FinalRecord]:
    numbers: dict[str, int] = {}
    for position, event in enumerate(design.events):
        day = date(2024, 1, 10) + timedelta(days=21 * position)
        for planned in event.forms:
            numbers[planned.form] = numbers.get(planned.form, 0) + 1
            yield _record(design, planned.form, event.oid, day, numbers[planned.form], rng)


def _record(
    design: StudyDesign, form_oid: str, event: str, day: date, number: int, rng: random.Random
) -> FinalRecord:
    form = design.form(form_oid)
    values: dict[str, object] = {}
    rows: dict[str, list[str]] = {}
    for group in form.item_groups:
        keys: list[str | None] = [str(n) for n in range(1, ROWS + 1)] if group.repeating else [None]
        if group.repeating:
            rows[group.oid] = [str(key) for key in keys]
        for key in keys:
            for item in group.items:
                if item.type != "derived" and rng.random() < 0.9:
                    values[item_path(item.oid, key)] = _value(design, item, day, rng)
    return FinalRecord(form_oid, event, day, number, values, rows)


def _value(design: StudyDesign, item: ItemDef, day: date, rng: random.Random) -> object:
    codelist = design.codelist_of(item)
    codes = [each.code for each in codelist.items] if codelist else []
    if item.type == "multi":
        return sorted(set(rng.choices(codes or ["A"], k=2)))
    if codes:
        return rng.choice(codes)
    if item.type in ("integer", "float"):
        number = rng.randint(1, 100)
        return number if item.type == "integer" else str(number)
    if item.type in ("date", "partial_date"):
        return (day + timedelta(days=rng.randint(-20, 20))).isoformat()
    if item.type == "datetime":
        return f"{day.isoformat()}T09:00:00+08:00"
    return rng.choice(["Y", "N"]) if item.type == "yes_no" else "text"


if __name__ == "__main__":
    sys.exit(main())
