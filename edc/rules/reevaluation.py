"""What follows in a whole subject from changed values: only the rules that read them are evaluated again."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from edc.rules.book import Check, FormRules, RuleBook
from edc.rules.contexts import RuleInput
from edc.rules.dependencies import RECORDS, Graph, RuleName, graph_of
from edc.rules.form_logic import Computed, Flag, computed_value
from edc.rules.language import Rule, State
from edc.rules.subject_values import FinalRecord, SubjectValues, item_path, split_path

Key = int
# An item of a record, by OID; "" when the record is new, gone, or its visit has another date.
Change = tuple[Key, str]
_ROUNDS = 25


class EndlessDerivation(Exception):
    """Derived values of several forms that keep changing each other."""


@dataclass(frozen=True)
class Held:
    """A completed form: its record, the compiled rules of its design, and every path that holds an entry.

    ``held`` also names items with a missing code, which the record's values lack. The values of a form that
    is ``locked`` are read, and nothing of it is evaluated.
    """

    record: FinalRecord
    book: RuleBook
    held: frozenset[str] = frozenset()
    locked: bool = False

    @cached_property
    def rules(self) -> FormRules:
        return self.book.forms[self.record.form_oid]

    @cached_property
    def graph(self) -> Graph:
        return graph_of(self.book)


@dataclass
class Consequences:
    """What came of changes: derived values that are other than held, entries now hidden, checks evaluated.

    ``unseen`` are the paths whose visibility was asked and that are not shown, held or not. ``checks`` holds
    the flags of every check that was evaluated, none where it holds. ``evaluated`` counts the evaluations of
    rules, row by row; ``rules`` names them with the record.
    """

    derived: dict[Key, dict[str, Computed]] = field(default_factory=dict)
    hidden: dict[Key, set[str]] = field(default_factory=dict)
    unseen: dict[Key, set[str]] = field(default_factory=dict)
    checks: dict[Key, dict[str, tuple[Flag, ...]]] = field(default_factory=dict)
    criteria: frozenset[str] = frozenset()
    rules: set[tuple[Key, RuleName]] = field(default_factory=set)
    evaluated: int = 0


def consequences(
    subject: SubjectValues,
    forms: Mapping[Key, Held],
    changed: Iterable[Change],
    *,
    today: date,
    anew: Iterable[Change] = (),
) -> Consequences:
    """Evaluate what reads the changed items, what reads the values that this changes, and so on.

    ``subject.records`` are replaced by the records of ``forms``. ``anew`` are derived items computed in any
    case, their formula being another one now. Visibility and derived values settle first, then each check
    that is due is evaluated once. Raises EndlessDerivation where they do not settle.
    """
    evaluation = _Evaluation(subject, forms, today)
    return evaluation.run({*changed, *evaluation.compute(anew)})


class _Evaluation:
    def __init__(self, subject: SubjectValues, forms: Mapping[Key, Held], today: date) -> None:
        self.forms = dict(forms)
        self.today = today
        self.by_form: dict[str, list[Key]] = {}
        for key, held in self.forms.items():
            self.by_form.setdefault(held.record.form_oid, []).append(key)
        self.graphs = self._graphs()
        self.subject = replace(subject, records=self._records(), current=None)
        self.found = Consequences()
        self.inputs: dict[tuple[Key, str | None], RuleInput] = {}
        self.shown: dict[tuple[Key, str, str | None], bool] = {}
        self.checks_due: dict[Key, set[str]] = {}
        self.criteria_due: set[str] = set()

    def _records(self) -> tuple[FinalRecord, ...]:
        return tuple(held.record for held in self.forms.values())

    def run(self, changed: set[Change]) -> Consequences:
        for _round in range(_ROUNDS):
            if not changed:
                break
            changed = self.settle(changed)
        else:
            raise EndlessDerivation(", ".join(sorted(oid for _key, oid in changed)))
        for key, oids in self.checks_due.items():
            for check in self.forms[key].rules.checks:
                if check.rule.oid in oids:
                    self.check(key, check)
        self.found.criteria = frozenset(self.criteria_due)
        return self.found

    def compute(self, items: Iterable[Change]) -> set[Change]:
        """Compute these derived items and return those with another value."""
        due: dict[Key, set[str]] = {}
        for key, oid in items:
            if not self.forms[key].locked:
                due.setdefault(key, set()).add(oid)
        return {change for key, oids in due.items() for change in self.derive(key, oids)}

    def settle(self, changed: set[Change]) -> set[Change]:
        """Evaluate the visibility and derivations that read the changes; return what this changed."""
        shows: dict[Key, set[str]] = {}
        derives: dict[Key, set[str]] = {}
        for key, (kind, _form, oid) in self.due(changed):
            if kind == "eligibility":
                self.criteria_due.add(oid)
            elif kind == "check":
                self.checks_due.setdefault(key, set()).add(oid)
            elif kind == "show":
                shows.setdefault(key, set()).add(oid)
            elif kind == "derive":
                derives.setdefault(key, set()).add(oid)
        self._own_items(changed, shows)
        self._new_records(changed, derives)
        after = self.compute((key, oid) for key, oids in derives.items() for oid in oids)
        return after | {each for key, oids in shows.items() for each in self.show(key, oids)}

    def due(self, changed: set[Change]) -> Iterator[tuple[Key, RuleName]]:
        for key, oid in changed:
            held = self.forms[key]
            source = (held.record.form_oid, oid)
            if not held.locked:
                for name in held.graph.inside.get(source, ()):
                    yield key, name
            for other, graph in self.graphs:
                for name in graph.across.get(source, ()):
                    yield from ((each, name) for each in self._readers(other, name, key))

    def _graphs(self) -> list[tuple[RuleBook, Graph]]:
        books = {id(held.book): held.book for held in self.forms.values()}
        return [(book, graph_of(book)) for book in books.values()]

    def _readers(self, book: RuleBook, name: RuleName, asking: Key) -> list[Key]:
        if name[0] == "eligibility":
            return [asking]
        held = ((key, self.forms[key]) for key in self.by_form.get(name[1], ()))
        return [key for key, each in held if each.book is book and not each.locked]

    def _own_items(self, changed: set[Change], shows: dict[Key, set[str]]) -> None:
        """A changed item is judged by the checks that point at it and by its own visibility.

        A record that is new is judged by all checks of its form.
        """
        for key, oid in changed:
            held = self.forms[key]
            if held.locked:
                continue
            checks = held.graph.pointing.get((held.record.form_oid, oid), frozenset())
            if checks:
                self.checks_due.setdefault(key, set()).update(checks)
            item = held.rules.form.items_by_oid.get(oid)
            if item and item.show_when:
                shows.setdefault(key, set()).add(oid)

    def _new_records(self, changed: set[Change], derives: dict[Key, set[str]]) -> None:
        """Compute every derived item of a record that is new: one may read other forms alone."""
        for key, oid in changed:
            held = self.forms[key]
            if oid == RECORDS and not held.locked:
                names = held.rules.form.items_by_name
                derives.setdefault(key, set()).update(names[name].oid for name in held.rules.derive)

    def show(self, key: Key, oids: set[str]) -> Iterator[Change]:
        """Take away what is hidden and held; what points at an item whose visibility is asked is due."""
        held = self.forms[key]
        pointing = held.graph.pointing
        for oid in oids:
            checks = pointing.get((held.record.form_oid, oid), frozenset())
            self.checks_due.setdefault(key, set()).update(checks)
        gone = [path for oid in oids for path in self._hidden_paths(key, oid)]
        if gone:
            self.found.hidden.setdefault(key, set()).update(gone)
            self.put(key, dict.fromkeys(gone))
        yield from {(key, split_path(path)[0]) for path in gone}

    def _hidden_paths(self, key: Key, oid: str) -> Iterator[str]:
        """Yield where the item is not shown and holds something; compute a derived one that is shown."""
        held = self.forms[key]
        name = held.rules.form.items_by_oid[oid].name
        for row in self.rows(key, name):
            path = item_path(oid, row)
            if self.is_shown(key, oid, row):
                if name in held.rules.derive:
                    self.derive_one(key, oid, row, held.rules.derive[name])
                continue
            self.found.unseen.setdefault(key, set()).add(path)
            if path in held.held or path in held.record.values:
                yield path

    def derive(self, key: Key, oids: set[str]) -> Iterator[Change]:
        form = self.forms[key].rules.form
        for name, rule in self.forms[key].rules.derive.items():
            item = form.items_by_name[name]
            if item.oid in oids and any(
                [self.derive_one(key, item.oid, row, rule) for row in self.rows(key, name)]
            ):
                yield key, item.oid

    def derive_one(self, key: Key, oid: str, row: str | None, rule: Rule) -> bool:
        """Compute one derived value and tell whether it is other than the one held."""
        held, path = self.forms[key], item_path(oid, row)
        if not self.is_shown(key, oid, row):
            return False
        values = self.input(key, row)
        self.count(key, ("derive", oid))
        computed = computed_value(held.rules.form.items_by_oid[oid], rule, values)
        self.found.derived.setdefault(key, {})[path] = computed
        if computed.value == held.record.values.get(path):
            return False
        self.put(key, {path: computed.value})
        return True

    def is_shown(self, key: Key, oid: str, row: str | None) -> bool:
        rule = self.forms[key].rules.show_by_oid.get(oid)
        if rule is None:
            return True
        known = self.shown.get((key, oid, row))
        if known is None:
            known = self.state(key, row, rule, ("show", oid)) is State.TRUE
            self.shown[key, oid, row] = known
        return known

    def check(self, key: Key, check: Check) -> None:
        flags = []
        for row in self.rows_of_check(key, check):
            paths = tuple(path for oid, at, path in check.paths(row) if self.is_shown(key, oid, at))
            if paths and self.fails(key, check, row):
                rule = check.rule
                seen = check.check.inputs_seen(self.input(key, row))
                flags.append(Flag(rule.oid, rule.severity, paths[0], rule.message, State.FALSE, paths, seen))
        self.found.checks.setdefault(key, {})[check.rule.oid] = tuple(flags)

    def fails(self, key: Key, check: Check, row: str | None) -> bool:
        about = ("check", check.rule.oid)
        if check.when and self.state(key, row, check.when, about) is not State.TRUE:
            return False
        return self.state(key, row, check.check, about) is State.FALSE

    def rows(self, key: Key, name: str) -> list[str | None]:
        """Return the row keys at which an item stands; None outside repeating groups."""
        held = self.forms[key]
        group = held.rules.form.group_of[name]
        return list(held.record.rows.get(group.oid, [])) if group.repeating else [None]

    def rows_of_check(self, key: Key, check: Check) -> list[str | None]:
        return list(self.forms[key].record.rows.get(check.group.oid, [])) if check.group else [None]

    def state(self, key: Key, row: str | None, rule: Rule, about: tuple[str, str]) -> State:
        self.count(key, about)
        return rule.state(self.input(key, row))

    def count(self, key: Key, about: tuple[str, str]) -> None:
        self.found.evaluated += 1
        self.found.rules.add((key, (about[0], self.forms[key].record.form_oid, about[1])))

    def put(self, key: Key, values: Mapping[str, Any]) -> None:
        """Hold other values in a record; None takes one away."""
        held = self.forms[key]
        kept = {path: value for path, value in {**held.record.values, **values}.items() if value is not None}
        without = frozenset(path for path, value in values.items() if value is None)
        self.forms[key] = replace(held, record=replace(held.record, values=kept), held=held.held - without)
        self.subject = self.subject.without(held.record, self._records())
        self.inputs.clear()
        self.shown.clear()

    def input(self, key: Key, row: str | None) -> RuleInput:
        if (key, row) not in self.inputs:
            held = self.forms[key]
            self.inputs[key, row] = input_of(self.subject, held, row, self.today)
        return self.inputs[key, row]


def input_of(subject: SubjectValues, held: Held, row: str | None, today: date) -> RuleInput:
    """Return what the rules of a completed form read, seen from one of its rows."""
    filling = subject.filling(held.record)
    own, rows = filling.filled(row)
    return RuleInput(own, filling, rows, subject.site, held.book.design.oid, today)
