"""Acceptance of a design's rules: every case run, and small faults put in to see whether the cases notice."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from edc.design.items import Text
from edc.design.protocol import RuleCase
from edc.design.study import StudyDesign
from edc.rules.book import Check, Criterion, RuleBook, rule_book
from edc.rules.cases import (
    PreparedCase,
    cases_by_rule,
    check_says,
    criterion_says,
    notes_by_rule,
    prepare,
)
from edc.rules.kinds import Namespace, namespace_of
from edc.rules.language import Rule, compile_tree
from edc.rules.mutants import Mutant, mutants
from edc.rules.syntax import RuleSyntaxError, parse

PASSING = frozenset({"holds", "true"})
FAILING = frozenset({"flags", "false"})


@dataclass(frozen=True)
class CaseResult:
    """One case and what the rule said of it."""

    case: RuleCase
    said: str

    @property
    def passed(self) -> bool:
        return self.said == self.case.says


@dataclass(frozen=True)
class RuleResult:
    """One rule's cases and mutants.

    ``boundary`` counts the cases that alone tell the rule from one a single step away; ``survivors`` are the
    faults that no case noticed.
    """

    oid: str
    kind: str
    text: Text
    expression: str
    cases: tuple[CaseResult, ...]
    boundary: int
    mutants: int
    survivors: tuple[str, ...]
    note: Text | None = None

    @property
    def complete(self) -> bool:
        """Whether every case says what it must, and one passes and one fails unless a note says why not."""
        said = {each.said for each in self.cases}
        has_all = bool(said & PASSING) and bool(said & FAILING)
        return all(each.passed for each in self.cases) and (has_all or self.note is not None)


def accept(design: StudyDesign) -> list[RuleResult]:
    """Run every case of every edit check and every criterion that a rule decides."""
    book, names, cases = rule_book(design), namespace_of(design), cases_by_rule(design)
    notes = notes_by_rule(design)
    found = [
        *(_check_result(book, names, check, cases) for check in _checks(book)),
        *(_criterion_result(book, names, each, cases) for each in book.criteria if each.rule),
    ]
    return [replace(each, note=notes.get(each.oid)) for each in found]


def _checks(book: RuleBook) -> list[Check]:
    return [check for rules in book.forms.values() for check in rules.checks]


def _check_result(
    book: RuleBook, names: Namespace, check: Check, cases: dict[str, list[RuleCase]]
) -> RuleResult:
    rule = check.rule
    prepared = [prepare(book, case) for case in cases.get(rule.oid, ())]
    short = str(rule.form).removeprefix("FO.")
    tried = _Tried(prepared, names.on_form(short), check_says)
    return tried.result(rule.oid, rule.severity, rule.message, check.check, check.when)


def _criterion_result(
    book: RuleBook, names: Namespace, each: Criterion, cases: dict[str, list[RuleCase]]
) -> RuleResult:
    about = each.criterion
    assert each.rule is not None
    prepared = [prepare(book, case) for case in cases.get(about.oid, ())]
    tried = _Tried(prepared, names, criterion_says)
    return tried.result(about.oid, about.category, about.text, each.rule, each.applies)


Says = Callable[[Rule, Rule | None, PreparedCase], str]


@dataclass(frozen=True)
class _Tried:
    prepared: list[PreparedCase]
    names: Namespace
    says: Says

    def result(self, oid: str, kind: str, text: Text, rule: Rule, guard: Rule | None) -> RuleResult:
        said = [self.says(rule, guard, each) for each in self.prepared]
        found = [CaseResult(each.case, word) for each, word in zip(self.prepared, said, strict=True)]
        survivors, on_edge, number = [], set(), 0
        for mutant, one, other in self._mutated(rule, guard):
            number += 1
            noticed = self._noticing(one, other, said)
            if not noticed:
                survivors.append(mutant.change)
            elif mutant.edge:
                on_edge.update(noticed)
        expression = f"{rule.expression}  ⟵ {guard.expression}" if guard else rule.expression
        return RuleResult(oid, kind, text, expression, tuple(found), len(on_edge), number, tuple(survivors))

    def _mutated(self, rule: Rule, guard: Rule | None) -> Iterator[tuple[Mutant, Rule, Rule | None]]:
        for mutant, made in self._compiled(rule):
            yield mutant, made, guard
        for mutant, made in self._compiled(guard) if guard else ():
            yield mutant, rule, made

    def _compiled(self, rule: Rule) -> Iterator[tuple[Mutant, Rule]]:
        seen = {rule.code}
        for mutant in mutants(parse(rule.expression)):
            try:
                made = compile_tree(mutant.tree, namespace=self.names)
            except RuleSyntaxError:
                continue  # no longer a rule of the language: nobody could have written it
            if made.code not in seen:
                seen.add(made.code)
                yield mutant, made

    def _noticing(self, rule: Rule, guard: Rule | None, said: list[str]) -> list[int]:
        pairs = enumerate(zip(self.prepared, said, strict=True))
        return [index for index, (each, word) in pairs if self.says(rule, guard, each) != word]
