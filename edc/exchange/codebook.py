"""The codebook of an export: every item with its place, words, type, unit, limits, formula and class."""

from collections.abc import Iterator, Sequence
from typing import Final

from edc.design.items import Limits
from edc.design.study import StudyDesign
from edc.exchange.identifiers import identifier_class
from edc.exchange.statistics import SAS, SPSS, STATA, code_numbers, variables
from edc.exchange.tables import Table

ITEM_HEAD: Final = (
    "TABLE", "FORM", "FORM_ZH", "FORM_EN", "GROUP", "REPEATING", "ITEM", "COLUMN", "LABEL_ZH", "LABEL_EN",
    "TYPE", "UNIT", "OTHER_UNITS", "CODELIST", "REQUIRED", "HARD_MIN", "HARD_MAX", "SOFT_MIN", "SOFT_MAX",
    "SHOWN_WHEN", "FORMULA", "FORMULA_VERSION", "STANDARD", "IDENTIFIER_CLASS",
    "SOURCE",
)  # fmt: skip
CODE_HEAD: Final = ("ITEM", "CODELIST", "CODE", "ZH", "EN", "SPSS_STATA_NUMBER")
NAME_HEAD: Final = ("TABLE", "COLUMN", "ITEM", "SPSS", "STATA", "SAS")


def item_rows(tables: Sequence[Table], design: StudyDesign) -> Iterator[list[str]]:
    """Yield a row for each item, under `ITEM_HEAD`; SOURCE is the master record that the design declares."""
    for table in tables:
        for column in table.columns:
            item = column.item
            bounds = [*_bounds(item.hard), *_bounds(item.soft)]
            others = "; ".join(f"{each.unit} (x {each.factor:g} + {each.offset:g})" for each in item.units)
            kind = item.type if item.type != "derived" else f"derived {item.answer_type}"
            yield [
                table.name, table.form.oid, table.form.name.zh, table.form.name.en,
                table.group.oid if table.group else "", "yes" if table.group else "no", item.oid, column.name,
                item.label.zh, item.label.en, kind, item.unit or "", others,
                item.codelist or "", item.required, *bounds,
                item.show_when or "", item.formula.name if item.formula else "",
                item.formula.version if item.formula else "", item.standard or "", identifier_class(item),
                design.source_of(table.form.oid, item) or "",
            ]  # fmt: skip


CRITERIA_HEAD: Final = ("CRITERION", "CATEGORY", "TEXT_ZH", "TEXT_EN", "RULE", "APPLIES_WHEN")
OUTCOME_HEAD: Final = ("OUTCOME", "KIND", "NAME_ZH", "NAME_EN", "DEFINITION_ZH", "DEFINITION_EN")


def criteria_rows(design: StudyDesign) -> Iterator[list[str]]:
    """Yield a row for each eligibility criterion, under `CRITERIA_HEAD`."""
    for each in design.eligibility:
        texts = [each.text.zh, each.text.en, each.rule or "", each.applies_when or ""]
        yield [each.oid, each.category, *texts]


def outcome_rows(design: StudyDesign) -> Iterator[list[str]]:
    """Yield a row for each registered outcome, under `OUTCOME_HEAD`."""
    for each in design.outcomes:
        said = each.definition
        words = [said.zh, said.en] if said else ["", ""]
        yield [each.oid, each.kind, each.name.zh, each.name.en, *words]


def _bounds(limits: Limits | None) -> tuple[str, str]:
    held = (limits.min, limits.max) if limits else (None, None)
    return ("" if held[0] is None else str(held[0]), "" if held[1] is None else str(held[1]))


def code_rows(tables: Sequence[Table]) -> Iterator[list[str]]:
    """Yield a row for each code of each coded item, under `CODE_HEAD`."""
    for table in tables:
        for column in table.columns:
            numbers = code_numbers(column) if column.is_coded else {}
            for code, zh, en in column.options:
                number = str(numbers.get(code, ""))
                yield [column.item.oid, column.item.codelist or "", code, zh, en, number]


def name_rows(tables: Sequence[Table], language: str) -> Iterator[list[str]]:
    """Yield what each column is called in each statistics package, under `NAME_HEAD`."""
    for table in tables:
        oids = {column.name: column.item.oid for column in table.columns}
        oids |= {f"{column.name}__M": column.item.oid for column in table.columns}
        names = {
            kind: {each.column: each.name for each in variables(table, kind, language)}
            for kind in (SPSS, STATA, SAS)
        }
        for each in dict.fromkeys([*names[SPSS], *names[STATA], *names[SAS]]):
            yield [
                table.name, each, oids.get(each, ""),
                *(names[kind].get(each, "") for kind in (SPSS, STATA, SAS)),
            ]  # fmt: skip
