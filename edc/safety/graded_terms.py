"""Terms and grades in a form: which grade an item may hold depends on the term chosen beside it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from edc.design.items import FormDef, ItemDef, ItemGroupDef
from edc.design.study import StudyDesign
from edc.design.values import ItemReading, Problem
from edc.safety.terminology import EXTERNAL, ctcae

GRADE = "AETOXGR"


@dataclass(frozen=True)
class GradedTerm:
    """An item that holds a term of CTCAE, and the item beside it that holds its grade, if there is one."""

    group: ItemGroupDef
    term: ItemDef
    grade: ItemDef | None


def graded_terms(design: StudyDesign, form: FormDef) -> Iterator[GradedTerm]:
    """Yield the items of the form that hold terms of CTCAE, each with the grade (CDASH AETOXGR) beside it."""
    for group in form.item_groups:
        grade = next((item for item in group.items if item.standard == GRADE), None)
        for item in group.items:
            if is_term(design, item):
                yield GradedTerm(group, item, grade)


def is_term(design: StudyDesign, item: ItemDef) -> bool:
    """Tell whether the item holds a term of CTCAE."""
    codelist = design.codelist_of(item)
    return codelist is not None and codelist.external == EXTERNAL


def with_terms_checked(
    design: StudyDesign, form: FormDef, readings: Mapping[str, ItemReading]
) -> dict[str, ItemReading]:
    """Return the readings with a hard problem at what is no term, and at a grade that its term has not."""
    checked = dict(readings)
    for each in graded_terms(design, form):
        for path in [path for path in readings if path.split("[")[0] == each.term.oid]:
            row = path.removeprefix(each.term.oid)
            checked[path] = _known_term(each.term, readings[path])
            graded = f"{each.grade.oid}{row}" if each.grade else ""
            if each.grade and graded in readings:
                checked[graded] = _existing_grade(each.grade, checked[path], readings[graded])
    return checked


def _known_term(item: ItemDef, reading: ItemReading) -> ItemReading:
    if reading.value is None or reading.problem or ctcae().term(reading.value):
        return reading
    zh = f"“{reading.value}”不是 CTCAE 5.0 的术语，从列表中选择"
    en = f"{reading.value} is no term of CTCAE 5.0: choose one of the list"
    return _with_problem(item, reading, "not_a_term", zh, en)


def _existing_grade(item: ItemDef, term: ItemReading, grade: ItemReading) -> ItemReading:
    found = ctcae().term(term.value) if term.value and not term.problem else None
    if found is None or grade.value is None or grade.problem or grade.value in found.grades:
        return grade
    grades = ", ".join(found.grades)
    zh = f"CTCAE 5.0 中“{found.label.zh}”没有 {grade.value} 级，可选：{grades}"
    en = f"CTCAE 5.0 has no grade {grade.value} for {found.term}: choose {grades}"
    return _with_problem(item, grade, "no_such_grade", zh, en)


def _with_problem(item: ItemDef, reading: ItemReading, code: str, zh: str, en: str) -> ItemReading:
    return replace(reading, problem=Problem(code, f"{item.label.zh}：{zh}", f"{item.label.en}: {en}."))
