"""A subject's final values in the form in which rules read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

from edc.design.items import FormDef, ItemDef
from edc.design.study import StudyDesign
from edc.rules.terms import PARTIAL_SUFFIX, RECORDED

RuleValues = dict[str, Any]


@dataclass(frozen=True)
class FinalRecord:
    """One record of a form with its final values.

    ``values`` maps item paths (``IT.DM.AGE``, ``IT.TXS.ECTRT[2]``) to canonical values in the item's
    standard unit; an item without value, or with a missing code, is absent. ``rows`` maps a repeating
    group's OID to its row keys. ``definition`` is the form as the record was entered, where that is another
    than the subject's design has: after an amendment a subject holds records of several versions.
    """

    form_oid: str
    event_oid: str | None = None
    event_date: date | None = None
    sequence: int = 1
    values: Mapping[str, Any] = field(default_factory=dict)
    rows: Mapping[str, Sequence[str]] = field(default_factory=dict)
    definition: FormDef | None = field(default=None, compare=False, repr=False)

    @property
    def place(self) -> tuple[str, str | None, int]:
        return self.form_oid, self.event_oid, self.sequence

    @property
    def order(self) -> tuple[date, int]:
        return self.event_date or date.min, self.sequence


@dataclass(frozen=True)
class SubjectValues:
    """All final records of a subject.

    ``current`` is the record being filled and stands in ``rows`` for its old self.
    """

    design: StudyDesign
    records: tuple[FinalRecord, ...] = ()
    site: str = ""
    current: FinalRecord | None = None

    def filling(self, record: FinalRecord) -> "SubjectValues":
        """Return the same subject with this record being filled."""
        filling = SubjectValues(self.design, self.records, self.site, record)
        # Sorted and read once for all rules of all forms.
        filling.__dict__["_by_form"], filling.__dict__["_read"] = self._by_form, self._read
        return filling

    @property
    def projections(self) -> dict[Any, Any]:
        """Where rules keep the columns they read of the subject's rows, for the next rule and record."""
        return self._read.projections

    def without(self, gone: FinalRecord, records: tuple[FinalRecord, ...]) -> "SubjectValues":
        """Return the subject with other records, of which only ``gone`` was replaced; the rest stays read."""
        made = SubjectValues(self.design, records, self.site)
        rows = {form: each for form, each in self._read.rows.items() if f"FO.{form}" != gone.form_oid}
        made.__dict__["_read"] = _Read(self._read.records, rows, gone=[*self._read.gone, gone])
        return made

    def latest(self, form: str) -> RuleValues:
        """Return the values outside repeating groups of the most recent record.

        Latest event date, then repeat.
        """
        held = self._read.latest.get(form)
        if held is None:
            found = self._by_form.get(f"FO.{form}")
            held = self._read.latest[form] = self._plain(found[-1]) if found else {}
        return held

    def at(self, event: str, form: str) -> RuleValues:
        """Return the same for one event, given by its rule name."""
        found = [
            r for r in self._by_form.get(f"FO.{form}", ()) if (r.event_oid or "").replace(".", "_") == event
        ]
        return self._plain(found[-1]) if found else {}

    def rows(self, form: str) -> list[RuleValues]:
        """Return one map for each row of all records, oldest first, the record being filled included."""
        current = self.current
        if current is None or current.form_oid != f"FO.{form}":
            return self._rows_of(form)
        records = self._by_form.get(f"FO.{form}", ())
        if any(record is current for record in records):
            return self._rows_of(form)
        others = (record for record in records if record.place != current.place)
        records = sorted([*others, current], key=lambda record: record.order)
        return [row for record in records for row in self._in_rows(record).rows]

    def _rows_of(self, form: str) -> list[RuleValues]:
        held = self._read.rows.get(form)
        if held is None:
            records = self._by_form.get(f"FO.{form}", ())
            held = self._read.rows[form] = [row for record in records for row in self._in_rows(record).rows]
        return held

    def filled(self, row: str | None) -> tuple[RuleValues, list[RuleValues]]:
        """Return the values of the record being filled as seen from one of its rows, and its rows."""
        if self.current is None:
            raise ValueError("no record is being filled")
        values = self._in_rows(self.current)
        return values.seen_from(row), values.rows

    def _in_rows(self, record: FinalRecord) -> "InRows":
        held = self._read.records.get(id(record))
        if held is None:
            held = in_rows(record.definition or self.design.form(record.form_oid), record)
            if any(record is each for each in self._by_form.get(record.form_oid, ())):
                self._read.records[id(record)] = held
        return held

    @cached_property
    def _read(self) -> "_Read":
        return _Read()

    @cached_property
    def _by_form(self) -> dict[str, list[FinalRecord]]:
        grouped: dict[str, list[FinalRecord]] = {}
        for record in sorted(self.records, key=lambda each: each.order):
            grouped.setdefault(record.form_oid, []).append(record)
        return grouped

    def _plain(self, record: FinalRecord) -> RuleValues:
        return self._in_rows(record).final


@dataclass
class _Read:
    """What was read of a subject's records, by their identity: the subject, or ``gone``, keeps them alive."""

    records: dict[int, "InRows"] = field(default_factory=dict)
    rows: dict[str, list[RuleValues]] = field(default_factory=dict)
    projections: dict[Any, Any] = field(default_factory=dict)
    latest: dict[str, RuleValues] = field(default_factory=dict)
    gone: list[FinalRecord] = field(default_factory=list)


def split_path(path: str) -> tuple[str, str | None]:
    """Return the item OID and the row key of a path."""
    oid, bracket, rest = path.partition("[")
    return oid, (rest.removesuffix("]") or None) if bracket else None


def item_path(oid: str, row: str | None = None) -> str:
    return f"{oid}[{row}]" if row else oid


@dataclass(frozen=True)
class InRows:
    """The rule values of a record: those outside repeating groups, those of each row, and its rows whole."""

    plain: RuleValues
    by_row: Mapping[str, RuleValues]
    rows: list[RuleValues]

    @cached_property
    def final(self) -> RuleValues:
        """The values outside repeating groups of a record that is final."""
        return {**self.plain, RECORDED: False}

    def seen_from(self, row: str | None) -> RuleValues:
        """Return the values outside repeating groups and those of one row."""
        return {**self.plain, **self.by_row.get(row, {})} if row else self.plain


def in_rows(form: FormDef, record: FinalRecord) -> InRows:
    """Read a record once for all rules."""
    plain: RuleValues = {}
    by_row: dict[str, RuleValues] = {key: {} for keys in record.rows.values() for key in keys}
    items = form.items_by_oid
    for path, canonical in record.values.items():
        oid, key = split_path(path)
        if oid in items:
            add_rule_value(plain if key is None else by_row.setdefault(key, {}), items[oid], canonical)
    about: RuleValues = {"RECORD": float(record.sequence)}
    if record.event_oid:
        about["EVENT"] = record.event_oid
    if record.event_date:
        about["EVENT_DATE"] = as_moment(record.event_date)
    if not form.repeating_names:
        return InRows(plain, by_row, [{**plain, **about}])
    keys = dict.fromkeys(key for keys in record.rows.values() for key in keys)
    return InRows(plain, by_row, [{**plain, **by_row[key], **about} for key in keys])


def record_values(form: FormDef, record: FinalRecord, row: str | None = None) -> RuleValues:
    """Return the rule values of a record outside repeating groups, and of one row where ``row`` is given."""
    return in_rows(form, record).seen_from(row)


def record_rows(form: FormDef, record: FinalRecord) -> list[RuleValues]:
    """Return the rows of a record, each with its other values; one for a form without repeating group."""
    return in_rows(form, record).rows


def rule_value(item: ItemDef, canonical: Any) -> RuleValues:
    """Return what rules see of one canonical value.

    Number as float, date as midnight UTC, nothing where there is none.

    A datetime is seen as the wall-clock time of its own offset. A partial date is seen as a date only
    when complete, and always by ``earliest`` and ``latest``.
    """
    seen: RuleValues = {}
    add_rule_value(seen, item, canonical)
    return seen


def add_rule_value(values: RuleValues, item: ItemDef, canonical: Any) -> None:
    """Put what ``rule_value`` returns among other values of its record."""
    if canonical is None or canonical == "" or canonical == []:
        return
    kind, name = item.answer_type, item.name
    if kind in ("integer", "float"):
        values[name] = float(canonical)
    elif kind == "date":
        values[name] = as_moment(date.fromisoformat(canonical))
    elif kind == "datetime":
        values[name] = datetime.fromisoformat(canonical).replace(tzinfo=UTC)
    elif kind == "partial_date":
        values[name + PARTIAL_SUFFIX] = canonical
        if len(canonical) == 10:
            values[name] = as_moment(date.fromisoformat(canonical))
    else:
        values[name] = list(canonical) if kind == "multi" else canonical


def as_moment(day: date) -> datetime:
    """Return the moment that stands for a calendar day in rules."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
