"""A form record as entered, read item by item and laid out for rules."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from edc.design.items import FormDef, ItemDef, ItemGroupDef
from edc.design.study import StudyDesign
from edc.design.values import ItemReading, read_value
from edc.rules.subject_values import FinalRecord, RuleValues, item_path, rule_value

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """One item in one row; ``row`` is None outside repeating groups."""

    item: ItemDef
    group: ItemGroupDef
    row: str | None

    @property
    def path(self) -> str:
        return item_path(self.item.oid, self.row)


def rows_of(record: Record, group: ItemGroupDef) -> list[str | None]:
    """Return the row keys of a group in order; a group that does not repeat has the one key None."""
    if not group.repeating:
        return [None]
    return [str(key) for key in (record.get("rows") or {}).get(group.oid, [])]


def places(form: FormDef, record: Record) -> Iterator[Place]:
    """Yield every item of the form for every row there is, row by row."""
    for group in form.item_groups:
        for row in rows_of(record, group):
            for item in group.items:
                yield Place(item, group, row)


def read_record(
    design: StudyDesign, form: FormDef, record: Record, today: date | None
) -> dict[str, ItemReading]:
    """Read every entered item of a record {"items": …, "rows": …}; derived items are left out."""
    entries = record.get("items") or {}
    found: dict[str, ItemReading] = {}
    for place in places(form, record):
        if place.item.type != "derived":
            entry = entries.get(place.path) or {}
            found[place.path] = read_value(
                place.item,
                entry.get("raw"),
                entry.get("unit"),
                entry.get("missing"),
                codelist=design.codelist_of(place.item),
                today=today,
            )
    return found


@dataclass
class Sheet:
    """The canonical values of one record in standard units, and what rules see of them."""

    form: FormDef
    record: Record
    values: dict[str, Any] = field(default_factory=dict)
    by_row: dict[str | None, RuleValues] = field(default_factory=dict)

    def put(self, place: Place, canonical: Any) -> None:
        """Hold a value; None takes it away."""
        row = self.by_row.setdefault(place.row if place.group.repeating else None, {})
        for key in [key for key in row if key.split("__")[0] == place.item.name]:
            del row[key]
        self.values.pop(place.path, None)
        if canonical is not None:
            self.values[place.path] = canonical
            row.update(rule_value(place.item, canonical))

    def seen_from(self, row: str | None) -> RuleValues:
        """Return the values that a rule sees: those outside repeating groups and those of the row."""
        return {**self.by_row.get(None, {}), **(self.by_row.get(row, {}) if row else {})}

    def rows(self) -> list[RuleValues]:
        """Return the rows of the record, each with the values outside repeating groups."""
        groups = [group for group in self.form.item_groups if group.repeating]
        keys = dict.fromkeys(key for group in groups for key in rows_of(self.record, group))
        return [self.seen_from(key) for key in keys] if groups else [self.seen_from(None)]

    def as_final(self, place: FinalRecord | None) -> FinalRecord:
        """Return the record as it stands, at the place (event, repeat) of ``place``."""
        rows = {oid: list(keys) for oid, keys in (self.record.get("rows") or {}).items()}
        if place is None or place.form_oid != self.form.oid:
            return FinalRecord(self.form.oid, values=self.values, rows=rows, definition=self.form)
        return FinalRecord(
            self.form.oid, place.event_oid, place.event_date, place.sequence, values=self.values, rows=rows,
            definition=self.form,
        )  # fmt: skip
