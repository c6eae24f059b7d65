"""The files of an export, made from one stream of subjects and proved against the database's counts.

Nothing here grows with the number of subjects: tables are written in row groups, XML and text as they come;
only a statistics package holds one table at a time.
"""

import csv
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from edc.design.study import StudyDesign
from edc.exchange import cells, codebook, coded_rows, columnar, people_rows, reconcile, statistics
from edc.exchange.disclosure import Log
from edc.exchange.formats import (
    CSV,
    EXCEL,
    ODM,
    ODM2,
    PARQUET,
    PASSES,
    REVIEW,
    SAS,
    SPSS,
    STATA,
    TABULAR,
    TRANSACTIONAL,
)
from edc.exchange.manifest import VERIFIER, Compared
from edc.exchange.odm_write.admin import AdminData
from edc.exchange.odm_write.document import Heading, History, write_snapshot, write_transactional
from edc.exchange.odm_write.second import write_second
from edc.exchange.reconcile import Expected
from edc.exchange.record import Subject
from edc.exchange.register_rows import COLUMN_HEAD, Register
from edc.exchange.table_files import BOM, LongFiles, WideFiles
from edc.exchange.tables import Table, by_form, by_item, rows_of, tables_of
from edc.exchange.workbook import WorkbookFile, table_rows

STATISTICS: Final = {SPSS: statistics.SPSS, STATA: statistics.STATA, SAS: statistics.SAS}


@dataclass(frozen=True)
class Source:
    """Where the data come from: `subjects` streams them anew, noting in the log what it left out."""

    study_oid: str
    citation: str
    designs: Mapping[int, StudyDesign]
    subjects: Callable[[Log], Iterable[Subject]]
    total: int
    records: Mapping[str, int]
    items: Mapping[str, tuple[int, int]]
    admin: AdminData
    heading: Heading
    history: Callable[[Subject], History]
    language: str = "zh"
    readme: Sequence[tuple[str, str]] = ()
    coding: bool = False
    registers: Sequence[Register] = ()


Report = Callable[[int, str], None]


@dataclass
class Package:
    """The files under way in a folder; `rows` and `compared` go into the manifest."""

    folder: Path
    spool: Path
    source: Source
    report: Report
    log: Log = field(default_factory=Log)
    rows: dict[str, int] = field(default_factory=dict)
    compared: list[Compared] = field(default_factory=list)
    _span: tuple[int, int] = (0, 0)

    def __post_init__(self) -> None:
        designs = self.source.designs
        self.newest = designs[max(designs)]
        self.tables = tables_of([designs[number] for number in sorted(designs)])
        self._by_form, self._by_item = by_form(self.tables), by_item(self.tables)
        self.expected = Expected(self.source.records, self.source.items)

    def path(self, name: str) -> Path:
        """Return the path of a file of the package, its folder made."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def again(self, first: int, last: int, step: str) -> Iterator[Subject]:
        """Stream the subjects once more, reporting how far it is between two percentages."""
        for number, subject in enumerate(self.source.subjects(Log())):
            if number % 25 == 0:
                self.report(first + (last - first) * number // max(1, self.source.total), step)
            yield subject

    def make(self, formats: Iterable[str]) -> None:
        """Write the files of these formats, and after each its comparison with the counts."""
        wanted = set(formats)
        if wanted & TABULAR:
            self._write_tables(with_csv=CSV in wanted, with_parquet=PARQUET in wanted)
        else:
            self._read_through()
        steps: tuple[tuple[str, Callable[[], None]], ...] = (
            (EXCEL, self._write_workbook),
            *((each, lambda each=each: self._write_statistics(each)) for each in STATISTICS),
            (ODM, self._write_odm),
            (TRANSACTIONAL, self._write_transactional),
            (ODM2, self._write_second),
            (PASSES, self._write_passes),
            (REVIEW, self._write_review),
        )
        chosen = [(name, step) for name, step in steps if name in wanted]
        for place, (name, step) in enumerate(chosen):
            self._span = (40 + 45 * place // len(chosen), 40 + 45 * (place + 1) // len(chosen))
            self.report(self._span[0], name)
            step()
        if self.source.coding and wanted & TABULAR:
            self._write_coding()
        if wanted & TABULAR:
            self._write_registers()
        self._write_codebook()
        shutil.copyfile(Path(__file__).parent / VERIFIER, self.path(VERIFIER))

    def _write_tables(self, *, with_csv: bool, with_parquet: bool) -> None:
        """Write every table once, in one pass over the subjects: as Parquet always, others are made of it."""
        long_csv = self.path("data/long.csv") if with_csv else None
        long_typed = self.path("parquet/long.parquet") if with_parquet else None
        with ExitStack() as files:
            long = LongFiles(files, long_csv, long_typed)
            wide = {table.name: self._wide(files, table, with_csv) for table in self.tables}
            for seen, subject in enumerate(self.source.subjects(self.log)):
                if seen % 25 == 0:
                    self.report(40 * seen // max(1, self.source.total), "tables")
                for table, row in rows_of(self._by_form, self.source.study_oid, subject):
                    wide[table.name].add(row)
                for line in cells.long_rows(self._by_item, self.source.study_oid, subject):
                    long.add(line)
        made = (("data/long.csv", long_csv), ("parquet/long.parquet", long_typed))
        self.rows |= {name: long.count for name, path in made if path}
        self._expect({name: each.count for name, each in wide.items()})
        self._compare_tables(with_csv=with_csv, with_parquet=with_parquet)

    def _read_through(self) -> None:
        """Read the subjects once for the log of what the profile leaves out, where no table is asked for."""
        for seen, _subject in enumerate(self.source.subjects(self.log)):
            if seen % 100 == 0:
                self.report(40 * seen // max(1, self.source.total), "")
        self._expect({})

    def _wide(self, files: ExitStack, table: Table, with_csv: bool) -> WideFiles:
        text = self.path(f"data/wide/{table.name}.csv") if with_csv else None
        return WideFiles(files, table, self.source.language, self.table_file(table), text)

    def _expect(self, rows: dict[str, int]) -> None:
        """State what must be in each file: the database's counts less what the profile left out."""
        items = {}
        for oid, (values, missing) in self.source.items.items():
            dropped = self.log.dropped(oid)
            items[oid] = (values - dropped[0], missing - dropped[1])
        self.expected = Expected(self.source.records, items, rows)

    def _compare_tables(self, *, with_csv: bool, with_parquet: bool) -> None:
        if with_csv:
            name = "data/long.csv"
            self.compared.append(reconcile.long_csv(self.folder / name, name, self.expected))
        for table in self.tables:
            spooled = self.table_file(table)
            name = f"parquet/{table.name}.parquet"
            self.compared.append(reconcile.parquet(spooled, name, table, self.expected))
            if with_parquet:
                shutil.copyfile(spooled, self.path(name))
                self.rows[name] = self.expected.rows_in(table)
            if with_csv:
                name = f"data/wide/{table.name}.csv"
                found = reconcile.wide_csv(self.folder / name, name, table, self.expected)
                self.compared.append(found)
                self.rows[name] = self.expected.rows_in(table)

    def table_file(self, table: Table) -> Path:
        """Return the Parquet file from which the other formats of a table are made."""
        return self.spool / f"{table.name}.parquet"

    def _write_workbook(self) -> None:
        name = f"excel/{self.source.citation}.xlsx"
        book = WorkbookFile()
        book.readme(self.source.readme)
        book.sheet("CODEBOOK", codebook.ITEM_HEAD, codebook.item_rows(self.tables, self.newest))
        book.sheet("CODES", codebook.CODE_HEAD, codebook.code_rows(self.tables))
        subjects = (people_rows.subject_row(each) for each in self.source.subjects(Log()))
        book.sheet("SUBJECTS", people_rows.SUBJECT_HEAD, subjects)
        book.sheet("CRITERIA", codebook.CRITERIA_HEAD, codebook.criteria_rows(self.newest))
        book.sheet("OUTCOMES", codebook.OUTCOME_HEAD, codebook.outcome_rows(self.newest))
        if self.source.coding:
            book.sheet("CODING", coded_rows.HEAD, self._coding())
        for table in self.tables:
            schema = columnar.schema_of(table, self.source.language)
            book.sheet(table.name, schema.names, table_rows(self.table_file(table)))
        for register in self.source.registers:
            book.sheet(register.sheet, register.head, self._registered(register))
        if self.source.registers:
            book.sheet("COLUMNS", COLUMN_HEAD, self._columns())
        book.save(self.path(name))
        self.compared.append(reconcile.workbook(self.folder / name, name, self.tables, self.expected))

    def _write_statistics(self, kind: str) -> None:
        ending, language = STATISTICS[kind], self.source.language
        for table in self.tables:
            name = f"{kind}/{table.name}.{ending}"
            rows = statistics.write(table, self.table_file(table), self.path(name), ending, language)
            found = reconcile.package_file(self.folder / name, name, table, ending, language, self.expected)
            self.compared.append(found)
            self.rows[name] = rows

    def _write_odm(self) -> None:
        name, source = "odm/snapshot.xml", self.source
        with self.path(name).open("w", encoding="utf-8") as out:
            write_snapshot(
                out, source.heading, source.designs, source.admin, lambda: self.again(*self._span, name)
            )
        self.compared.append(reconcile.odm(self.folder / name, name, self.expected))

    def _write_transactional(self) -> None:
        name, source = "odm/transactional.xml", self.source
        with self.path(name).open("w", encoding="utf-8") as out:
            write_transactional(
                out, source.heading, source.designs, source.admin, lambda: self.again(*self._span, name),
                source.history,
            )  # fmt: skip
        self.compared.append(reconcile.odm_transactional(self.folder / name, name, self.expected))

    def _write_second(self) -> None:
        name, source = "odm/odm2.xml", self.source
        with self.path(name).open("w", encoding="utf-8") as out:
            write_second(
                out, source.heading, source.designs, source.admin, lambda: self.again(*self._span, name)
            )
        self.compared.append(reconcile.odm_second(self.folder / name, name, self.expected))

    def _write_passes(self) -> None:
        for name, head, rows in (
            ("passes/passes.csv", people_rows.PASS_HEAD, people_rows.pass_rows),
            ("passes/resolutions.csv", people_rows.RESOLUTION_HEAD, people_rows.resolution_rows),
        ):
            subjects = self.again(*self._span, name)
            self.write_rows(name, head, (row for subject in subjects for row in rows(subject)))

    def _write_review(self) -> None:
        for name, head, rows in (
            ("review/queries.csv", people_rows.QUERY_HEAD, people_rows.query_rows),
            ("review/signatures.csv", people_rows.SIGNATURE_HEAD, people_rows.signature_rows),
        ):
            subjects = self.again(*self._span, name)
            self.write_rows(name, head, (row for subject in subjects for row in rows(subject)))

    def _coding(self) -> Iterator[list[str]]:
        return (row for each in self.source.subjects(Log()) for row in coded_rows.rows_of(each))

    def _write_coding(self) -> None:
        self.write_rows("data/coding.csv", coded_rows.HEAD, self._coding())

    def _registered(self, register: Register) -> Iterator[list[str]]:
        return (row for each in self.source.subjects(Log()) for row in register.rows(each))

    def _columns(self) -> Iterator[list[str]]:
        return (line for register in self.source.registers for line in register.described())

    def _write_registers(self) -> None:
        for register in self.source.registers:
            self.write_rows(register.file, register.head, self._registered(register))
        if self.source.registers:
            self.write_rows("codebook/columns.csv", COLUMN_HEAD, self._columns())

    def _write_codebook(self) -> None:
        self.write_rows(
            "codebook/items.csv", codebook.ITEM_HEAD, codebook.item_rows(self.tables, self.newest)
        )
        self.write_rows("codebook/codes.csv", codebook.CODE_HEAD, codebook.code_rows(self.tables))
        names = codebook.name_rows(self.tables, self.source.language)
        self.write_rows("codebook/names.csv", codebook.NAME_HEAD, names)
        lines = "\n".join(f"{left}: {right}" if left else right for left, right in self.source.readme)
        self.path("README.txt").write_text(BOM + lines + "\n", encoding="utf-8")

    def write_rows(self, name: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Write a text table and note its rows."""
        count = 0
        with self.path(name).open("w", encoding="utf-8", newline="") as out:
            out.write(BOM)
            writer = csv.writer(out)
            writer.writerow(head)
            for row in rows:
                writer.writerow([cells.safe(each) for each in row])
                count += 1
        self.rows[name] = count
