"""All rules of a design, compiled once."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from edc.design.items import FormDef, ItemGroupDef
from edc.design.protocol import EligibilityRule, RuleDef
from edc.design.study import StudyDesign
from edc.rules.contexts import Layout, joined
from edc.rules.kinds import Namespace, namespace_of
from edc.rules.language import Rule, compile_rule
from edc.rules.subject_values import item_path

_KEPT = 16


@dataclass(frozen=True)
class Check:
    """A compiled edit check.

    ``group`` is the repeating group of which it reads or flags items: it is asked row by row. ``flagged`` are
    the OIDs that it points at, the first of them first, and whether each stands in a repeating group.
    """

    rule: RuleDef
    check: Rule
    when: Rule | None
    group: ItemGroupDef | None
    flagged: tuple[tuple[str, bool], ...]

    def paths(self, row: str | None) -> list[tuple[str, str | None, str]]:
        """Return what is flagged at one row: OID, row key and path."""
        if row is None:
            return self._paths
        at = ((oid, row if repeats else None) for oid, repeats in self.flagged)
        return [(oid, key, item_path(oid, key)) for oid, key in at]

    @cached_property
    def _paths(self) -> list[tuple[str, str | None, str]]:
        return [(oid, None, oid) for oid, _repeats in self.flagged]


@dataclass(frozen=True)
class FormRules:
    """The compiled rules of one form.

    Item rules by item name, derived items in the order of their dependencies.
    """

    form: FormDef
    show: dict[str, Rule] = field(default_factory=dict)
    require: dict[str, Rule] = field(default_factory=dict)
    derive: dict[str, Rule] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()

    @cached_property
    def show_by_oid(self) -> dict[str, Rule]:
        """The rules of visibility by item OID."""
        return {self.form.items_by_name[name].oid: rule for name, rule in self.show.items()}

    @cached_property
    def forms_read(self) -> frozenset[str]:
        """The OIDs of the forms of which the rules read final records."""
        rules = [rule for _where, rule in _asked(self)]
        return frozenset(
            f"FO.{read.form}"
            for rule in rules
            for read in rule.inputs
            if read.scope in ("latest", "at", "rows")
        )


@dataclass(frozen=True)
class Criterion:
    """A compiled eligibility criterion."""

    criterion: EligibilityRule
    rule: Rule | None
    applies: Rule | None


@dataclass(frozen=True)
class RuleBook:
    """Every compiled rule of a design."""

    design: StudyDesign
    forms: dict[str, FormRules]
    criteria: tuple[Criterion, ...]


class DerivationCycle(Exception):
    """Derived items that need each other; ``names`` are those of the cycle."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        super().__init__(" → ".join(names))


_books: OrderedDict[str, RuleBook] = OrderedDict()


def rule_book(design: StudyDesign) -> RuleBook:
    """Return the compiled rules of a design; those of the designs used last are kept, by hash."""
    held = _books.get(design.sha256)
    if held is None:
        held = _books[design.sha256] = compile_book(design)
        if len(_books) > _KEPT:
            _books.popitem(last=False)
    return held


def compile_book(design: StudyDesign) -> RuleBook:
    """Compile every rule; raise RuleSyntaxError or DerivationCycle, which a design that was read does not."""
    names = namespace_of(design)
    forms = {form.oid: _form_rules(design, form, names.on_form(form.short_name)) for form in design.forms}
    criteria = tuple(
        Criterion(each, _compiled(each.rule, names), _compiled(each.applies_when, names))
        for each in design.eligibility
    )
    return RuleBook(design, forms, criteria)


def _compiled(expression: str | None, names: Namespace) -> Rule | None:
    return compile_rule(expression, namespace=names) if expression else None


def _form_rules(design: StudyDesign, form: FormDef, names: Namespace) -> FormRules:
    def of(key: str) -> dict[str, Rule]:
        written = ((item, getattr(item, key)) for item in form.items)
        return {item.name: compile_rule(text, namespace=names) for item, text in written if text}

    checks = tuple(_checks(design, form, names))
    derive = in_order(form, of("value"))
    return _sharing(FormRules(form, of("show_when"), of("required_when"), derive, checks))


def _sharing(rules: FormRules) -> FormRules:
    """Return the rules, those asked of the same rows with one layout unless they read rows of the subject."""
    form = rules.form
    alike: dict[str, list[Layout]] = {}
    for where, rule in _asked(rules):
        if not rule.layout.reads_rows:
            alike.setdefault(where, []).append(rule.layout)
    shared = {where: joined(layouts) for where, layouts in alike.items()}

    def of(rule: Rule, where: str) -> Rule:
        return rule if rule.layout.reads_rows else replace(rule, layout=shared[where])

    show, require, derive = (
        {name: of(rule, _rows_with(form, name)) for name, rule in each.items()}
        for each in (rules.show, rules.require, rules.derive)
    )
    checks = []
    for check in rules.checks:
        where = check.group.oid if check.group else ""
        when = of(check.when, where) if check.when else None
        checks.append(replace(check, check=of(check.check, where), when=when))
    return FormRules(form, show, require, derive, tuple(checks))


def _asked(rules: FormRules) -> Iterator[tuple[str, Rule]]:
    """Yield each rule with the rows that it is asked of."""
    for by_item in (rules.show, rules.require, rules.derive):
        for name, rule in by_item.items():
            yield _rows_with(rules.form, name), rule
    for check in rules.checks:
        for rule in filter(None, (check.check, check.when)):
            yield check.group.oid if check.group else "", rule


def _rows_with(form: FormDef, name: str) -> str:
    """Return the OID of the item's group where that repeats, or nothing."""
    return form.group_of[name].oid if name in form.repeating_names else ""


def _checks(design: StudyDesign, form: FormDef, names: Namespace) -> Iterator[Check]:
    for rule in design.rules_for(form.oid):
        check = compile_rule(rule.check or "", namespace=names)
        when = _compiled(rule.when, names)
        read = own_names(check) | (own_names(when) if when else set()) | set(rule.items)
        groups = (form.group_of[name] for name in sorted(read & form.repeating_names))
        flagged = tuple((form.items_by_name[name].oid, name in form.repeating_names) for name in rule.items)
        yield Check(rule, check, when, next(groups, None), flagged)


def own_names(rule: Rule) -> set[str]:
    """Return the names of the record's own items that a rule reads by their bare name."""
    return {read.item for read in rule.inputs if read.scope == "own"}


def in_order(form: FormDef, derived: dict[str, Rule]) -> dict[str, Rule]:
    """Return the derivations so that each comes after those it reads; raise DerivationCycle."""
    needs = {name: own_names(rule) & set(derived) for name, rule in derived.items()}
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        raise DerivationCycle(list(reversed(error.args[1]))) from error
    return {name: derived[name] for name in order}
