"""Terms of CTCAE on pages: their choices by class, the grades offered beside a chosen term, their words."""

from dataclasses import dataclass
from functools import cache

from django.utils import translation

from edc.design.items import ItemDef
from edc.design.search_keys import search_keys
from edc.models import FormInstance
from edc.rules.form_logic import FormState
from edc.rules.subject_values import item_path, split_path
from edc.safety.graded_terms import GradedTerm, graded_terms
from edc.safety.terminology import Term, ctcae


@dataclass(frozen=True)
class TermWords:
    """A chosen term as the panel shows it: its class, its definition and what each of its grades means."""

    name: str
    group: str
    definition: str
    note: str
    grades: list[tuple[str, str]]


def term_choices() -> tuple[tuple[str, str, str, tuple[str, ...]], ...]:
    """Return of every term its code, label, class and what it is found by, in the reader's language."""
    return _choices((translation.get_language() or "")[:2])


@cache
def _choices(language: str) -> tuple[tuple[str, str, str, tuple[str, ...]], ...]:
    return tuple(
        (each.term, _label(each, language), each.group.in_language(language), _found_by(each))
        for each in ctcae().terms
    )


def _label(term: Term, language: str) -> str:
    """Return the label, empty where it would only say the code again."""
    label = term.label.in_language(language)
    return "" if label == term.term else label


def _found_by(term: Term) -> tuple[str, ...]:
    """Return the keys of the term, then of its class the names with the usual pinyin."""
    group = (*search_keys(term.group.zh)[:3], *search_keys(term.group.en))
    return tuple(dict.fromkeys((*search_keys(term.term, term.label.zh), *group)))


def offered_grades(form: FormInstance, state: FormState) -> dict[str, tuple[str, ...]]:
    """Return by path of a grade the grades that the term chosen beside it has."""
    design = form.design_version.design
    pairs = list(graded_terms(design, design.form(form.form_oid)))
    found: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        for path, reading in state.readings.items():
            oid, row = split_path(path)
            if oid == pair.term.oid and pair.grade and isinstance(reading.value, str):
                found[item_path(pair.grade.oid, row)] = ctcae().grades_of(reading.value)
    return {path: grades for path, grades in found.items() if grades}


def is_graded(form: FormInstance, item: ItemDef) -> bool:
    """Tell whether the item is a term of CTCAE or a grade of one."""
    design = form.design_version.design
    return any(item.oid in _oids(pair) for pair in graded_terms(design, design.form(form.form_oid)))


def term_words(form: FormInstance, state: FormState, path: str) -> TermWords | None:
    """Return the words of the term that stands at the path or beside the grade there; None without a term."""
    design = form.design_version.design
    oid, row = split_path(path)
    for pair in graded_terms(design, design.form(form.form_oid)):
        if oid in _oids(pair):
            reading = state.readings.get(item_path(pair.term.oid, row))
            found = ctcae().term(str(reading.value)) if reading else None
            return _words(found) if found else None
    return None


def _oids(pair: GradedTerm) -> set[str]:
    return {pair.term.oid, pair.grade.oid} if pair.grade else {pair.term.oid}


def _words(term: Term) -> TermWords:
    language = translation.get_language() or ""
    name, group = term.label.in_language(language), term.group.in_language(language)
    return TermWords(name, group, term.definition, term.note, sorted(term.grades.items()))
