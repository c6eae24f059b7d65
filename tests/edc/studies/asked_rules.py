"""Records written by hand, and what the studies' formulas compute of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from edc.design.study import StudyDesign
from edc.rules.book import rule_book
from edc.rules.contexts import RuleInput
from edc.rules.language import State
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
