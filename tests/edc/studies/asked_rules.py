"""What the studies' formulas compute of records written by hand."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from edc.design.protocol import CaseRecord
from edc.design.study import StudyDesign
from edc.rules.book import rule_book
from edc.rules.cases import SITE, final_record
from edc.rules.subject_values import SubjectValues, record_values

TODAY = date(2026, 11, 21)


def written(case: dict[str, Any]) -> CaseRecord:
    """Return the record of a case file: item names beside ``form``, ``event``, ``sequence`` and ``rows``."""
    about = ("form", "event", "sequence", "rows")
    values = {name: value for name, value in case.items() if name not in about}
    given: dict[str, Any] = {key: case[key] for key in ("event", "sequence") if key in case}
    return CaseRecord(case["form"], values, tuple(case.get("rows", ())), **given)


def derived(design: StudyDesign, name: str, filled: CaseRecord, others: Iterable[CaseRecord] = ()) -> Any:
    """Return the computed value of an item outside rows, None where it is not evaluable."""
    book = rule_book(design)
    subject = SubjectValues(design, (), SITE)
    for each in others:
        subject = replace(subject, records=(*subject.records, final_record(book, subject, each, TODAY)))
    made = final_record(book, subject, filled, TODAY)
    return record_values(design.form(made.form_oid), made).get(name)
