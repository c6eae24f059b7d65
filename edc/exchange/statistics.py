"""SPSS, SAS and Stata files of a table, with labels, and missing codes as the package's own missing values.

Coded items become numbers in SPSS and Stata: the codes themselves where all are whole numbers, else their
place in the codelist; `names.csv` of the package says which. One table at a time is in memory.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow.parquet as pq
import pyreadstat

from edc.exchange.legal_names import legal_names
from edc.exchange.odm_write.names import MISSING_CODES
from edc.exchange.tables import Column, Table

SPSS, SAS, STATA = "sav", "xpt", "dta"
LONGEST_NAME: Final = {SPSS: 64, SAS: 32, STATA: 32}
LONGEST_LABEL: Final = {SPSS: 120, SAS: 40, STATA: 80}
SPSS_MISSING: Final = {"ND": -99991, "UNK": -99992, "NA": -99993, "NE": -99994}
STATA_MISSING: Final = {"ND": "d", "UNK": "u", "NA": "a", "NE": "e"}


class Unwritable(ValueError):
    """A value that the format cannot hold without becoming another; names the file and the variable."""


@dataclass(frozen=True)
class Variable:
    """A column of a table and what it is called in one format."""

    column: str
    name: str
    label: str


def code_numbers(column: Column) -> dict[str, int]:
    """Return the number that stands for each code of a coded item in SPSS and Stata."""
    codes = [option[0] for option in column.options]
    if all(code.lstrip("-").isdecimal() and str(int(code)) == code for code in codes):
        return {code: int(code) for code in codes}
    return {code: place for place, code in enumerate(codes, start=1)}


def variables(table: Table, kind: str, language: str) -> list[Variable]:
    """Return the columns that a file of this kind has, in order, under legal names."""
    wanted: list[tuple[str, str]] = [(key, key) for key in table.keys]
    for column in table.columns:
        label = column.item.label[language]
        wanted.append((column.name, f"{label} ({column.item.unit})" if column.item.unit else label))
        if column.has_missing and not has_own_missing(column, kind):
            wanted.append((f"{column.name}__M", label))
    names = legal_names([name for name, _label in wanted], longest=LONGEST_NAME[kind])
    return [Variable(name, names[name], cut(label, LONGEST_LABEL[kind])) for name, label in wanted]


def has_own_missing(column: Column, kind: str) -> bool:
    return kind != SAS and (column.is_coded or column.kind in ("integer", "float"))


def cut(text: str, longest: int) -> str:
    """Return as much of the text as fits so many bytes of UTF-8, whole characters only."""
    return text.encode()[:longest].decode(errors="ignore")


def write(table: Table, source: Path, target: Path, kind: str, language: str) -> int:
    """Write the table's Parquet file as sav, xpt (SAS transport 8) or dta (Stata 15); return the rows."""
    chosen = variables(table, kind, language)
    columns = {column.name: column for column in table.columns}
    held = pq.read_table(source, memory_map=True)
    data: dict[str, Any] = {}
    labels: dict[str, dict[Any, str]] = {}
    for variable in chosen:
        column = columns.get(variable.column)
        series = held[variable.column].to_pandas()
        if column is not None and has_own_missing(column, kind):
            missing = held[f"{column.name}__M"].to_pandas() if column.has_missing else None
            series = _numeric(column, series, missing, kind, target.name)
            labels[variable.name] = _labels(column, kind, language)
        data[variable.name] = _plain(series)
    frame = pd.DataFrame(data)
    _WRITERS[kind](frame, target, {each.name: each.label for each in chosen}, labels, table)
    return len(frame)


def _plain(series: pd.Series) -> pd.Series:
    """Return texts without None, which the writers refuse; numbers and dates keep their gaps."""
    if series.dtype == object and all(each is None or isinstance(each, str) for each in series):
        return series.map(lambda each: each or "")
    return series


def _numeric(column: Column, series: pd.Series, missing: pd.Series | None, kind: str, file: str) -> pd.Series:
    if column.is_coded:
        numbers = code_numbers(column)
        unknown = {each for each in series if each is not None and each not in numbers}
        if unknown:
            raise Unwritable(f"{file}: {column.item.oid} holds codes outside its codelist: {sorted(unknown)}")
        series = series.map(numbers)
    values = pd.to_numeric(series).astype(float)
    if kind == SPSS and values.isin(list(SPSS_MISSING.values())).any():
        raise Unwritable(f"{file}: {column.item.oid} holds a number that SPSS would take for a missing code")
    if missing is None:
        return values
    if kind == SPSS:
        return values.where(missing.isna(), missing.map(SPSS_MISSING))
    return values.astype(object).where(missing.isna(), missing.map(STATA_MISSING))


def _labels(column: Column, kind: str, language: str) -> dict[Any, str]:
    place = 1 if language == "zh" else 2
    options = {option[0]: option[place] for option in column.options} if column.is_coded else {}
    numbers = code_numbers(column) if column.is_coded else {}
    found: dict[Any, str] = {numbers[code]: cut(f"{code} {text}", 120) for code, text in options.items()}
    if column.has_missing and kind == SPSS:
        found |= {SPSS_MISSING[code[0]]: code[place] for code in MISSING_CODES}
    return found


def _write_spss(frame: pd.DataFrame, target: Path, labels: dict, values: dict, table: Table) -> None:
    low, high = min(SPSS_MISSING.values()), max(SPSS_MISSING.values())
    ranges: dict[str, list[Any]] = {
        name: [{"lo": low, "hi": high}] for name, each in values.items() if low in each
    }
    pyreadstat.write_sav(
        frame, target, column_labels=labels, variable_value_labels={k: v for k, v in values.items() if v},
        missing_ranges=ranges, file_label=cut(table.form.name.en, 60), row_compress=True,
    )  # fmt: skip


def _write_stata(frame: pd.DataFrame, target: Path, labels: dict, values: dict, table: Table) -> None:
    letters = sorted(STATA_MISSING.values())
    used = {
        name: letters for name in values if frame[name].dtype == object and frame[name].isin(letters).any()
    }
    for name in values:
        if name not in used:
            frame[name] = pd.to_numeric(frame[name])
    pyreadstat.write_dta(
        frame, target, column_labels=labels, variable_value_labels={k: v for k, v in values.items() if v},
        missing_user_values=used, file_label=cut(table.form.name.en, 80),
    )  # fmt: skip


def _write_sas(frame: pd.DataFrame, target: Path, labels: dict, values: dict, table: Table) -> None:
    pyreadstat.write_xport(
        frame, target, column_labels=labels, table_name=legal_names([table.name], longest=32)[table.name],
        file_label=cut(table.form.name.en, 40), file_format_version=8,
    )  # fmt: skip


_WRITERS = {SPSS: _write_spss, SAS: _write_sas, STATA: _write_stata}


def filled(path: Path, kind: str) -> tuple[int, dict[str, int]]:
    """Return the rows of a file and how many cells of each variable are filled, missing codes included."""
    reader: Any = {SPSS: pyreadstat.read_sav, SAS: pyreadstat.read_xport, STATA: pyreadstat.read_dta}[kind]
    frame, _meta = reader(path, **({} if kind == SAS else {"user_missing": True}))
    return len(frame), {
        str(name): int((column.notna() & (column != "")).sum()) for name, column in frame.items()
    }
