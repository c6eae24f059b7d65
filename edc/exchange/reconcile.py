"""Reading written files again and comparing what they hold with the counts of the database."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from edc.exchange import columnar, statistics
from edc.exchange.manifest import Compared
from edc.exchange.odm_write.names import NAMESPACE, NAMESPACE_2
from edc.exchange.tables import Table
from edc.exchange.workbook import rows_of

_ODM = f"{{{NAMESPACE}}}"


@dataclass(frozen=True)
class Expected:
    """What must come out: records by form OID, (values, missing codes) by item OID, rows by table."""

    records: Mapping[str, int]
    items: Mapping[str, tuple[int, int]]
    rows: dict[str, int] = field(default_factory=dict)

    def of(self, item_oid: str) -> tuple[int, int]:
        return self.items.get(item_oid, (0, 0))

    def rows_in(self, table: Table) -> int:
        """Return the rows of a table: of a form the records counted by the database."""
        return self.records.get(table.form.oid, 0) if table.group is None else self.rows.get(table.name, 0)


def _compared(path: str, pairs: Iterable[tuple[str, int, int]]) -> Compared:
    """Compare (what, found, expected)."""
    held = list(pairs)
    wrong = [
        f"{what}: {found} in the file, {wanted} in the database"
        for what, found, wanted in held
        if found != wanted
    ]
    return Compared(path, len(held), tuple(wrong))


def long_csv(path: Path, name: str, expected: Expected) -> Compared:
    """Compare the rows of each item in the long table."""
    values: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            (missing if row["MISSING"] else values)[row["ITEM"]] += 1
    oids = sorted({*values, *missing, *expected.items})
    return _compared(name, _pairs(oids, values, missing, expected))


def _pairs(
    oids: Iterable[str], values: Mapping[str, int], missing: Mapping[str, int], expected: Expected
) -> Iterable[tuple[str, int, int]]:
    for oid in oids:
        wanted = expected.of(oid)
        yield f"{oid} values", values.get(oid, 0), wanted[0]
        yield f"{oid} missing codes", missing.get(oid, 0), wanted[1]


def wide_csv(path: Path, name: str, table: Table, expected: Expected) -> Compared:
    """Compare the rows of a wide table, and of each item the filled cells."""
    filled: Counter[str] = Counter()
    rows = 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        head = next(reader)
        for row in reader:
            rows += 1
            filled.update(name for name, cell in zip(head, row, strict=True) if cell)
    return _table(name, table, rows, filled, expected)


def parquet(path: Path, name: str, table: Table, expected: Expected) -> Compared:
    rows, filled = columnar.filled(path)
    return _table(name, table, rows, filled, expected)


def _table(name: str, table: Table, rows: int, filled: Mapping[str, int], expected: Expected) -> Compared:
    pairs = [(f"{table.name} rows", rows, expected.rows_in(table))]
    for column in table.columns:
        values, missing = expected.of(column.item.oid)
        pairs.append((f"{column.item.oid} values", filled.get(column.name, 0), values))
        if column.has_missing:
            pairs.append((f"{column.item.oid} missing codes", filled.get(f"{column.name}__M", 0), missing))
    return _compared(name, pairs)


def package_file(
    path: Path, name: str, table: Table, kind: str, language: str, expected: Expected
) -> Compared:
    """Compare a file of a statistics package: rows, and of each item values and missing codes together."""
    rows, filled = statistics.filled(path, kind)
    names = {each.column: each.name for each in statistics.variables(table, kind, language)}
    pairs = [(f"{table.name} rows", rows, expected.rows_in(table))]
    for column in table.columns:
        found = filled.get(names[column.name], 0)
        beside = names.get(f"{column.name}__M")
        found += filled.get(beside, 0) if beside else 0
        pairs.append((column.item.oid, found, sum(expected.of(column.item.oid))))
    return _compared(name, pairs)


def workbook(path: Path, name: str, tables: Iterable[Table], expected: Expected) -> Compared:
    """Compare the rows of each table's sheet, continued sheets added up."""
    sheets: Counter[str] = Counter()
    for sheet, rows in rows_of(path).items():
        sheets[sheet.partition(" (")[0]] += rows
    pairs = ((f"{table.name} rows", sheets[table.name[:31]], expected.rows_in(table)) for table in tables)
    return _compared(name, pairs)


def odm(path: Path, name: str, expected: Expected) -> Compared:
    """Compare a 1.3.2 snapshot: the records of each form, of each item the values and missing codes."""
    values: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    records: Counter[str] = Counter()
    wanted = (f"{_ODM}ItemData", f"{_ODM}FormData", f"{_ODM}SubjectData")
    for _event, element in etree.iterparse(path, tag=wanted):
        if element.tag == wanted[0]:
            (missing if element.get("IsNull") else values)[element.get("ItemOID")] += 1
        elif element.tag == wanted[1]:
            records[element.get("FormOID")] += 1
            element.clear()
        else:
            forget(element)
    oids = sorted({*values, *missing, *expected.items})
    forms = sorted({*records, *expected.records})
    pairs = [(f"{oid} records", records[oid], expected.records.get(oid, 0)) for oid in forms]
    return _compared(name, [*pairs, *_pairs(oids, values, missing, expected)])


def odm_second(path: Path, name: str, expected: Expected) -> Compared:
    """Compare a 2.0 snapshot: of each item the values and the missing codes."""
    values: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    for _event, subject in etree.iterparse(path, tag=f"{{{NAMESPACE_2}}}SubjectData"):
        for element in subject.iter(f"{{{NAMESPACE_2}}}ItemData"):
            (missing if element.get("IsNull") else values)[element.get("ItemOID")] += 1
        forget(subject)
    oids = sorted({*values, *missing, *expected.items})
    return _compared(name, _pairs(oids, values, missing, expected))


def odm_transactional(path: Path, name: str, expected: Expected) -> Compared:
    """Compare what is left of each item after all its changes, replayed in the order of the file."""
    held: set[tuple[str, ...]] = set()
    counts: Counter[str] = Counter()
    for _event, subject in etree.iterparse(path, tag=f"{_ODM}SubjectData"):
        held.clear()
        for element in subject.iter(f"{_ODM}ItemData"):
            key = _place(element)
            (held.discard if element.get("TransactionType") == "Remove" else held.add)(key)
        counts.update(key[-1] for key in held)
        forget(subject)
    oids = sorted({*counts, *expected.items})
    return _compared(name, ((oid, counts[oid], sum(expected.of(oid))) for oid in oids))


def _place(item: etree._Element) -> tuple[str, ...]:
    group = item.getparent()
    form = group.getparent()
    event = form.getparent()
    return (
        event.get("StudyEventOID"), event.get("StudyEventRepeatKey"), form.get("FormOID"),
        form.get("FormRepeatKey"), group.get("ItemGroupRepeatKey") or "", item.get("ItemOID"),
    )  # fmt: skip


def forget(element: etree._Element) -> None:
    """Free an element that was read, and those before it, so that memory does not grow with the file."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]
