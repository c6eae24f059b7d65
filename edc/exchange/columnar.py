"""Typed tables on disk: one Parquet file each, written in row groups, read again in batches."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from edc.exchange.cells import LONG_HEAD
from edc.exchange.tables import NUMBER_KEYS, Column, Row, Table, shown, text_of

ROWS_IN_GROUP: Final = 2000
_TYPES: Final = {"integer": pa.int64(), "float": pa.float64(), "date": pa.date32(), "text": pa.string()}


def schema_of(table: Table, language: str) -> pa.Schema:
    """Return the columns of a table: its keys, then each item with its label and its missing code."""
    fields = [pa.field(key, pa.int64() if key in NUMBER_KEYS else pa.string()) for key in table.keys]
    for column in table.columns:
        about = {"label": column.item.label[language], "oid": column.item.oid, "unit": column.item.unit or ""}
        fields.append(pa.field(column.name, _TYPES[column.kind], metadata=about))
        fields += [pa.field(f"{column.name}__L", pa.string())] if column.options else []
        fields += [pa.field(f"{column.name}__M", pa.string())] if column.has_missing else []
    return pa.schema(fields)


class ColumnarFile:
    """A Parquet file under way; holds at most `ROWS_IN_GROUP` rows in memory."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._writer = pq.ParquetWriter(path, schema, compression="zstd")
        self._schema = schema
        self._rows: list[Sequence[Any]] = []

    def add(self, row: Sequence[Any]) -> None:
        self._rows.append(row)
        if len(self._rows) >= ROWS_IN_GROUP:
            self._flush()

    def _flush(self) -> None:
        columns = zip(*self._rows, strict=True) if self._rows else [[] for _ in self._schema]
        arrays = [
            pa.array(list(column), field.type) for column, field in zip(columns, self._schema, strict=True)
        ]
        self._writer.write_batch(pa.record_batch(arrays, schema=self._schema))
        self._rows = []

    def close(self) -> None:
        self._flush()
        self._writer.close()


def long_schema() -> pa.Schema:
    return pa.schema([pa.field(name, pa.string()) for name in LONG_HEAD])


def typed_cells(table: Table, row: Row, language: str) -> list[Any]:
    """Return the values of a row under `schema_of`."""
    cells: list[Any] = [
        int(each) if key in NUMBER_KEYS else each for key, each in zip(table.keys, row.keys, strict=True)
    ]
    for column in table.columns:
        value = row.values.get(column.item.oid)
        held = shown(value)
        cells.append(typed(column, held))
        cells += [column.label_of(held, language) or None] if column.options else []
        cells += [(value.missing or None) if value else None] if column.has_missing else []
    return cells


def typed(column: Column, held: Any) -> Any:
    """Return a canonical value as the column stores it."""
    if held is None:
        return None
    if column.kind == "integer":
        # Converting units may leave digits behind the point of what was counted in another unit.
        return round(float(held))
    if column.kind == "float":
        return float(held)
    return date.fromisoformat(held) if column.kind == "date" else text_of(held)


def batches(path: Path) -> Iterator[pa.RecordBatch]:
    """Read a file again, a row group at a time."""
    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(batch_size=ROWS_IN_GROUP)


def filled(path: Path) -> tuple[int, dict[str, int]]:
    """Return the rows of a file, and of each column how many are not null, by reading it again."""
    rows = 0
    counts: dict[str, int] = {}
    for batch in batches(path):
        rows += batch.num_rows
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            counts[name] = counts.get(name, 0) + len(column) - column.null_count
    return rows, counts
