"""The tables of a study: one a form, one more for each repeating group; their columns and rows.

A form's table has a row for each completed record, a group's a row for each of its rows. Values stand in the
item's standard unit, codes as codes; beside an item stand its label (coded items) and its missing code.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from edc.design.items import CodeList, FormDef, ItemDef, ItemGroupDef
from edc.design.study import StudyDesign
from edc.exchange.record import Event, Form, Subject, Value

KEYS: Final = (
    "STUDY", "SITE", "SUBJECT", "COHORT", "EVENT", "EVENT_REPEAT", "EVENT_DATE", "FORM", "FORM_REPEAT",
    "STATUS",
)  # fmt: skip
ROW_KEY: Final = "ROW"
NUMBER_KEYS: Final = ("EVENT_REPEAT", "FORM_REPEAT")
YES_NO: Final = (("Y", "是", "Yes"), ("N", "否", "No"))


@dataclass(frozen=True)
class Column:
    """An item's place in a table; `options` are (code, Chinese, English) of every code ever offered."""

    item: ItemDef
    form_oid: str
    options: tuple[tuple[str, str, str], ...] = ()

    @property
    def name(self) -> str:
        """The item's name, with an underscore where a key of every table has that name."""
        return f"{self.item.name}_" if self.item.name in (*KEYS, ROW_KEY) else self.item.name

    @property
    def is_coded(self) -> bool:
        return bool(self.options) and self.item.answer_type in ("code", "yes_no")

    @property
    def kind(self) -> str:
        """How the values are stored: integer, float, date or text."""
        plain = self.item.answer_type
        return plain if plain in ("integer", "float", "date") else "text"

    @property
    def has_missing(self) -> bool:
        """Whether a missing code can be given: not for what is computed."""
        return self.item.type != "derived"

    def label_of(self, value: Any, language: str) -> str:
        """Return the words for a code, or for each code of several; empty for what is no known code."""
        place = 1 if language == "zh" else 2
        words = {option[0]: option[place] for option in self.options}
        codes = value if isinstance(value, list) else [value]
        return "; ".join(words.get(str(code), "") for code in codes if code is not None)


@dataclass(frozen=True)
class Table:
    """The columns of one form, or of one repeating group of it, over all design versions."""

    name: str
    form: FormDef
    group: ItemGroupDef | None
    columns: tuple[Column, ...]

    @cached_property
    def by_oid(self) -> dict[str, Column]:
        return {column.item.oid: column for column in self.columns}

    @property
    def keys(self) -> tuple[str, ...]:
        return (*KEYS, ROW_KEY) if self.group else KEYS


@dataclass(frozen=True)
class Row:
    """One row of a table: its keys in order, and its values by item OID."""

    keys: tuple[str, ...]
    values: dict[str, Value]


def tables_of(designs: Sequence[StudyDesign]) -> tuple[Table, ...]:
    """Return the tables of a study; `designs` has the newest last, whose order and words count."""
    newest = designs[-1]
    forms: dict[str, list[tuple[StudyDesign, FormDef]]] = {}
    for design in [newest, *reversed(designs[:-1])]:
        for form in design.forms:
            forms.setdefault(form.oid, []).append((design, form))
    used: set[str] = set()
    return tuple(table for versions in forms.values() for table in _tables(versions, used))


def _tables(versions: list[tuple[StudyDesign, FormDef]], used: set[str]) -> Iterator[Table]:
    form = versions[0][1]
    plain = _columns(versions, lambda group: not group.repeating)
    yield Table(_free(form.short_name, used), form, None, plain)
    groups: dict[str, ItemGroupDef] = {}
    for _design, version in versions:
        for group in version.item_groups:
            if group.repeating:
                groups.setdefault(group.oid, group)
    for oid, group in groups.items():
        columns = _columns(versions, lambda each, oid=oid: each.oid == oid)
        yield Table(_free(oid.removeprefix("IG.").replace(".", "_"), used, "ROWS"), form, group, columns)


def _free(name: str, used: set[str], ending: str = "") -> str:
    wanted, number = name, 1
    while wanted in used:
        wanted = f"{name}_{ending}" if ending and number == 1 else f"{name}_{number}"
        number += 1
    used.add(wanted)
    return wanted


def _columns(versions: list[tuple[StudyDesign, FormDef]], wanted: Any) -> tuple[Column, ...]:
    found: dict[str, Column] = {}
    for design, form in versions:
        for group in filter(wanted, form.item_groups):
            for item in group.items:
                known = found.get(item.oid)
                options = _options(design.codelist_of(item), item)
                if known is None:
                    found[item.oid] = Column(item, form.oid, options)
                elif set(options) - set(known.options):
                    extra = tuple(each for each in options if each[0] not in {o[0] for o in known.options})
                    found[item.oid] = Column(known.item, form.oid, known.options + extra)
    return tuple(found.values())


def _options(codelist: CodeList | None, item: ItemDef) -> tuple[tuple[str, str, str], ...]:
    if codelist is not None:
        return tuple((code.code, code.zh, code.en) for code in codelist.items)
    return YES_NO if item.answer_type == "yes_no" else ()


def rows_of(
    tables: Mapping[str, Sequence[Table]], study: str, subject: Subject
) -> Iterator[tuple[Table, Row]]:
    """Yield the subject's rows of all tables, in the order of visits and forms; `tables` by form OID.

    Only completed forms have rows. A form's table has a row for each of them, even without a value.
    """
    for event, form in subject.forms():
        if not form.is_final:
            continue
        keys = _keys(study, subject, event, form)
        for table in tables[form.oid]:
            mine = [value for value in form.values if value.item_oid in table.by_oid]
            if table.group is None:
                yield table, Row(keys, {value.item_oid: value for value in mine})
                continue
            by_row: dict[str, dict[str, Value]] = {}
            for value in mine:
                by_row.setdefault(value.row_key, {})[value.item_oid] = value
            for row_key in sorted(by_row, key=_row_order):
                yield table, Row((*keys, row_key), by_row[row_key])


def by_form(tables: Iterable[Table]) -> dict[str, list[Table]]:
    """Return the tables by the OID of their form."""
    found: dict[str, list[Table]] = {}
    for table in tables:
        found.setdefault(table.form.oid, []).append(table)
    return found


def by_item(tables: Iterable[Table]) -> dict[str, Table]:
    """Return the table that holds each item, by item OID."""
    return {oid: table for table in tables for oid in table.by_oid}


def _row_order(key: str) -> tuple[int, str]:
    return (int(key), "") if key.isdecimal() else (0, key)


def _keys(study_oid: str, subject: Subject, event: Event, form: Form) -> tuple[str, ...]:
    return (
        study_oid, subject.site, subject.key, subject.cohort, event.oid, str(event.repeat_key), event.date,
        form.oid, str(form.repeat_key), form.status,
    )  # fmt: skip


def shown(value: Value | None) -> Any:
    """Return what a table holds for a value: in the standard unit, None for none or a missing code."""
    if value is None or value.missing:
        return None
    return value.value if value.standard is None else value.standard


def text_of(value: Any) -> str:
    """Return a canonical value as one text; several codes are joined by semicolons."""
    if value is None:
        return ""
    return ";".join(str(each) for each in value) if isinstance(value, list) else str(value)
