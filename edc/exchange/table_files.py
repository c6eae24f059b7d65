"""The files that are written while the subjects stream by: the long table, and each wide table."""

import csv
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from edc.exchange import cells, columnar
from edc.exchange.tables import Row, Table

# Text that spreadsheets open as UTF-8.
BOM: Final = "\ufeff"


class LongFiles:
    """The long table as CSV, as Parquet, as both or as neither."""

    def __init__(self, files: ExitStack, text: Path | None, typed: Path | None) -> None:
        self.count = 0
        self._csv = _csv_at(files, text, cells.LONG_HEAD) if text else None
        self._parquet = columnar.ColumnarFile(typed, columnar.long_schema()) if typed else None
        if self._parquet:
            files.callback(self._parquet.close)

    def add(self, row: Sequence[str]) -> None:
        self.count += 1
        if self._csv:
            self._csv.writerow(row)
        if self._parquet:
            self._parquet.add(row)


class WideFiles:
    """A wide table as Parquet, from which other formats are made, and as CSV where asked."""

    def __init__(self, files: ExitStack, table: Table, language: str, typed: Path, text: Path | None) -> None:
        self.count, self.table, self.language = 0, table, language
        self._parquet = columnar.ColumnarFile(typed, columnar.schema_of(table, language))
        files.callback(self._parquet.close)
        self._csv = _csv_at(files, text, cells.wide_head(table)) if text else None

    def add(self, row: Row) -> None:
        self.count += 1
        self._parquet.add(columnar.typed_cells(self.table, row, self.language))
        if self._csv:
            self._csv.writerow(cells.wide_cells(self.table, row, self.language))


def _csv_at(files: ExitStack, path: Path, head: Sequence[str]) -> Any:
    out = files.enter_context(path.open("w", encoding="utf-8", newline=""))
    out.write(BOM)
    writer = csv.writer(out)
    writer.writerow(head)
    return writer
