"""What a rule is given to read: of everything a subject holds only what the rule, or its neighbours, ask for.

The binding converts every value that it is given, which costs more than evaluating a rule. So the rules of a
form that read no rows share one ``Layout``: what was converted for one of them serves the next. For a rule
that reads rows of the subject, those are converted once for all records that it judges.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Protocol

import cel

from edc.rules.functions import IMPLEMENTATIONS
from edc.rules.subject_values import as_moment
from edc.rules.terms import OWN, PARTIAL_SUFFIX, RECORDED, Read

Values = Mapping[str, Any]
Keys = tuple[str, ...]


class SubjectLookup(Protocol):
    """What rules may ask of a subject: maps of item names to rule values."""

    def latest(self, form: str) -> Values: ...

    def at(self, event: str, form: str) -> Values: ...

    def rows(self, form: str) -> Sequence[Values]: ...


@dataclass(frozen=True)
class RuleInput:
    """Everything a rule may read; ``own`` holds the record being filled (and the current row).

    Items without value are absent. With ``rows_needed`` a form of which the subject has no row yet counts
    as missing instead of as an empty list: eligibility must not decide on a form that nobody has filled.
    What it holds is converted once for all rules, so it must not change: make another one.
    """

    own: Values = field(default_factory=dict)
    subject: SubjectLookup | None = None
    form_rows: Sequence[Values] = ()
    site: str = ""
    study: str = ""
    today: date | None = None
    rows_needed: bool = False
    _kept: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def converted(self, layout: "Layout") -> cel.Context:
        """Return what the rules of the layout read, as the binding holds it."""
        kept: dict[Any, Any] = getattr(self.subject, "projections", self._kept)
        if layout.reads_rows and kept is not self._kept:
            loaded = kept.get(layout)
            if loaded is None:
                loaded = kept[layout] = _Loaded(layout)
            return loaded.with_values(self)
        held = self._kept.get(layout)
        if held is None:
            held = self._kept[layout] = cel.Context(layout.context(self), dict(layout.functions))
        return held


@dataclass(frozen=True, eq=False)
class Layout:
    """What rules take of their input: of their own record, of other records and of rows, and the functions.

    Of rules that share one, each finds more than it reads, and nothing that it reads is lacking.
    """

    inputs: frozenset[Read]
    names: frozenset[str]
    functions: Mapping[str, Any]

    @cached_property
    def reads_rows(self) -> bool:
        """Whether rows of the subject are read: they cost the most to convert."""
        return any(read.scope == "rows" for read in self.inputs)

    def context(self, values: RuleInput) -> dict[str, Any]:
        """Return what the rules read, by the names under which their code finds it."""
        plan = self._plan
        context = dict(self._others(values.subject))
        context[OWN] = _part(values.own, plan.own)
        if plan.form_rows is not None:
            context["form"] = {"rows": [_part(row, plan.form_rows) for row in values.form_rows]}
        if plan.rows:
            context["rows"] = _rows_read(values, plan.rows)
        for name in self.names:
            held = getattr(values, name)
            if held is not None:
                context[name] = as_moment(held) if isinstance(held, date) else held
        return context

    def _others(self, subject: SubjectLookup | None) -> dict[str, Any]:
        """Return what is read of other records, kept beside the subject for all records that ask for it."""
        kept = getattr(subject, "projections", {})
        found = kept.get(("others", self))
        if found is None:
            found = kept["others", self] = {}
            for form, keys in self._plan.latest:
                found[form] = _part(subject.latest(form), keys) if subject else {}
            for event, form, keys in self._plan.at:
                held = subject.at(event, form) if subject else {}
                found.setdefault("at", {}).setdefault(event, {})[form] = _part(held, keys)
        return found

    @cached_property
    def _plan(self) -> "_Plan":
        return _plan_of(self.inputs)


def layout_of(inputs: Iterable[Read], names: Iterable[str], functions: Iterable[str]) -> Layout:
    """Return the layout of one rule."""
    implemented = {name: IMPLEMENTATIONS[name] for name in sorted(functions)}
    return Layout(frozenset(inputs), frozenset(names), implemented)


def joined(layouts: Sequence[Layout]) -> Layout:
    """Return one layout for rules that read no rows."""
    functions: dict[str, Any] = {}
    for each in layouts:
        functions |= each.functions
    inputs: set[Read] = set()
    names: set[str] = set()
    for each in layouts:
        inputs |= each.inputs
        names |= each.names
    return Layout(frozenset(inputs), frozenset(names), functions)


class _Loaded:
    """A context in which the subject's rows stay while the record being judged changes."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.variables: dict[str, Any] = {}
        self.context = cel.Context()

    def with_values(self, values: RuleInput) -> cel.Context:
        variables = self.layout.context(values)
        if self._has_rows_of(variables):
            self.context.update({name: each for name, each in variables.items() if name != "rows"})
        else:
            self.context = cel.Context(variables, dict(self.layout.functions))
        self.variables = variables
        return self.context

    def _has_rows_of(self, variables: Mapping[str, Any]) -> bool:
        if self.variables.keys() != variables.keys():
            return False
        held, rows = self.variables["rows"], variables["rows"]
        return held.keys() == rows.keys() and all(held[form] is rows[form] for form in rows)


@dataclass(frozen=True)
class _Plan:
    """The keys read of the own record, of other records and of rows."""

    own: Keys
    latest: tuple[tuple[str, Keys], ...]
    at: tuple[tuple[str, str, Keys], ...]
    form_rows: Keys | None
    rows: tuple[tuple[str, Keys], ...]


def _place(read: Read) -> tuple[str, str, str]:
    return read.scope, read.event, read.form if read.scope != "own" else ""


def _plan_of(inputs: frozenset[Read]) -> _Plan:
    keys: dict[tuple[str, str, str], set[str]] = {}
    for read in inputs:
        held = keys.setdefault(_place(read), set())
        held.update((read.item, read.item + PARTIAL_SUFFIX) if read.item else ())
        held.update((RECORDED,) if read.scope in ("latest", "at") else ())
    found = {place: tuple(sorted(each)) for place, each in keys.items()}
    return _Plan(
        own=found.get(("own", "", ""), ()),
        latest=tuple((form, each) for (scope, _e, form), each in found.items() if scope == "latest"),
        at=tuple((event, form, each) for (scope, event, form), each in found.items() if scope == "at"),
        form_rows=next((each for (scope, _e, _f), each in found.items() if scope == "form.rows"), None),
        rows=tuple((form, each) for (scope, _e, form), each in found.items() if scope == "rows"),
    )


def _part(held: Values, keys: Keys) -> dict[str, Any]:
    return {key: held[key] for key in keys if key in held}


def _rows_read(values: RuleInput, wanted: tuple[tuple[str, Keys], ...]) -> dict[str, Any]:
    subject = values.subject
    found: dict[str, Any] = {}
    for form, keys in wanted:
        rows = subject.rows(form) if subject else []
        if rows or not values.rows_needed:
            found[form] = _columns(subject, form, rows, keys)
    return found


def _columns(
    subject: SubjectLookup | None, form: str, rows: Sequence[Values], keys: Keys
) -> Sequence[Values]:
    """Return the rows with these keys alone, kept beside the subject while its rows are the same list."""
    kept = getattr(subject, "projections", {})
    held: tuple[Sequence[Values], Sequence[Values]] | None = kept.get((form, keys))
    if held is None or held[0] is not rows:
        held = kept[form, keys] = (rows, [_part(row, keys) for row in rows])
    return held[1]
