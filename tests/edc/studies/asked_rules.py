"""Records written by hand, and what the studies' rules say of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from edc.design.study import StudyDesign
from edc.rules.book import rule_book
from edc.rules.language import RuleInput, State
from edc.rules.subject_values import FinalRecord, SubjectValues, item_path, record_rows, record_values

TODAY = date(2026, 11, 21)


@dataclass(frozen=True)
class Written:
    """A record by item names; ``rows`` are those of its repeating group."""

    form: str
    values: dict[str, Any]
    rows: tuple[dict[str, Any], ...] = ()
    event: str = "SE.BASELINE"
    day: str = "2024-01-10"
    sequence: int = 1


def written(case: dict[str, Any]) -> Written:
    """Return the record of a case file: item names beside ``form``, ``event``, ``sequence`` and ``rows``."""
    about = ("form", "event", "sequence", "rows")
    values = {name: value for name, value in case.items() if name not in about}
    given: dict[str, Any] = {key: case[key] for key in ("event", "sequence") if key in case}
    return Written(case["form"], values, tuple(case.get("rows", ())), **given)


def written_cases(name: str) -> list[dict[str, Any]]:
    path = Path(__file__).with_name(name)
    cases: list[dict[str, Any]] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return cases


@dataclass
class Subject:
    """A subject of a study; the derived items of a record are computed as it is added."""

    design: StudyDesign
    records: list[FinalRecord] = field(default_factory=list)
    site: str = "S01"

    @classmethod
    def of(cls, design: StudyDesign, written: Iterable[Written]) -> "Subject":
        subject = cls(design)
        for each in written:
            subject.records.append(subject.final(each))
        return subject

    def final(self, written: Written) -> FinalRecord:
        form = self.design.form(f"FO.{written.form}")
        oids = {item.name: item.oid for item in form.items}
        values = {oids[name]: value for name, value in written.values.items()}
        keys = [str(index) for index in range(1, len(written.rows) + 1)]
        for key, row in zip(keys, written.rows, strict=True):
            values |= {item_path(oids[name], key): value for name, value in row.items()}
        group = next((each.oid for each in form.item_groups if each.repeating), None)
        rows = {group: keys} if group else {}
        made = FinalRecord(
            form.oid, written.event, date.fromisoformat(written.day), written.sequence, values, rows
        )
        return self._with_derived(made)

    def input(self, record: FinalRecord | None = None, row: str | None = None) -> RuleInput:
        values = SubjectValues(self.design, tuple(self.records), self.site, record)
        form = self.design.form(record.form_oid) if record else None
        return RuleInput(
            own=record_values(form, record, row) if form and record else {},
            subject=values,
            form_rows=record_rows(form, record) if form and record else (),
            site=self.site,
            study=self.design.oid,
            today=TODAY,
        )

    def _with_derived(self, record: FinalRecord) -> FinalRecord:
        form = self.design.form(record.form_oid)
        keys: list[str] = [key for each in record.rows.values() for key in each]
        values = dict(record.values)
        for name, rule in rule_book(self.design).forms[form.oid].derive.items():
            oid = next(item.oid for item in form.items if item.name == name)
            places: list[str | None] = [*keys] if name in form.repeating_names else [None]
            for key in places:
                made = FinalRecord(
                    record.form_oid, record.event_oid, record.event_date, record.sequence, values, record.rows
                )
                result = rule.evaluate(self.input(made, key))
                if result.state is not State.NOT_EVALUABLE and item_path(oid, key) not in values:
                    values[item_path(oid, key)] = result.value
        return FinalRecord(
            record.form_oid, record.event_oid, record.event_date, record.sequence, values, record.rows
        )


def derived(design: StudyDesign, name: str, filled: Written, others: Iterable[Written] = ()) -> Any:
    """Return the computed value of an item outside rows, None where it is not evaluable."""
    made = Subject.of(design, others).final(filled)
    return record_values(design.form(made.form_oid), made).get(name)


def asked(design: StudyDesign, oid: str, filled: Written, others: Iterable[Written] = ()) -> str:
    """Return ``holds``, ``flags``, ``not asked`` or ``not evaluable``; the worst of the record's rows."""
    subject = Subject.of(design, others)
    made = subject.final(filled)
    checks = rule_book(design).forms[made.form_oid].checks
    check = next(each for each in checks if each.rule.oid == oid)
    keys: list[str | None] = [key for each in made.rows.values() for key in each] if check.per_row else [None]
    found = set()
    for key in keys:
        given = subject.input(made, key)
        if check.when and check.when.evaluate(given).state is not State.TRUE:
            found.add("not asked")
        else:
            found.add(_WORDS[check.check.evaluate(given).state])
    return next(
        (word for word in ("flags", "not evaluable", "holds", "not asked") if word in found), "not asked"
    )


def criterion(design: StudyDesign, oid: str, written: Iterable[Written]) -> str:
    """Return ``true``, ``false``, ``not evaluable`` or ``not applicable``."""
    subject = Subject.of(design, written)
    found = next(each for each in rule_book(design).criteria if each.criterion.oid == oid)
    if found.applies and found.applies.evaluate(subject.input()).state is State.FALSE:
        return "not applicable"
    assert found.rule is not None, f"{oid} is answered by a person"
    return found.rule.evaluate(subject.input()).state.value.replace("_", " ")


_WORDS = {State.TRUE: "holds", State.FALSE: "flags", State.NOT_EVALUABLE: "not evaluable"}
