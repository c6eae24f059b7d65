"""Compiling and evaluating one rule."""

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol

import cel

from edc.rules.essential import essential
from edc.rules.functions import IMPLEMENTATIONS
from edc.rules.kinds import Kind, Namespace
from edc.rules.subject_values import as_moment
from edc.rules.syntax import Node, RuleSyntaxError, parse
from edc.rules.terms import OWN, PARTIAL_SUFFIX, RECORDED, Read, Translation
from edc.rules.translate import translate

# The binding logs each ValueError of a function; here that is an ordinary answer, "not evaluable".
logging.getLogger("cel").setLevel(logging.CRITICAL)

Values = Mapping[str, Any]


class State(StrEnum):
    """What came of a rule."""

    TRUE = "true"
    FALSE = "false"
    VALUE = "value"
    NOT_EVALUABLE = "not_evaluable"


@dataclass(frozen=True)
class RuleResult:
    """The outcome of a rule.

    ``value`` is float, str, bool, date or list. When not evaluable, ``missing`` names the absent inputs
    as ``FORM.ITEM`` and ``error`` says why a calculation has no answer although its inputs are there.
    """

    state: State
    value: Any = None
    missing: tuple[str, ...] = ()
    error: str | None = None


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
    """

    own: Values = field(default_factory=dict)
    subject: SubjectLookup | None = None
    form_rows: Sequence[Values] = ()
    site: str = ""
    study: str = ""
    today: date | None = None
    rows_needed: bool = False


@dataclass(frozen=True)
class Rule:
    """A compiled rule; make it once and evaluate it often."""

    expression: str
    code: str
    kind: Kind
    inputs: frozenset[Read]
    program: cel.Program
    functions: Mapping[str, Any]
    names: frozenset[str]
    essential: tuple[Read, ...] = ()

    @property
    def reads(self) -> frozenset[tuple[str, str]]:
        """The (form, item) names that the rule reads."""
        return frozenset((read.form, read.item) for read in self.inputs if read.item)

    def evaluate(self, values: RuleInput) -> RuleResult:
        """Return the outcome for these values; never raises for missing or unfit values."""
        if any(_lacks(values, read) for read in self.essential):
            return self._not_evaluable(self._context(values), None)
        context = self._context(values)
        try:
            return _result(self.program.execute(context))
        except _FAULTS as error:
            return self._not_evaluable(context, error)

    def state(self, values: RuleInput) -> State:
        """Return what ``evaluate`` says in one word, without the reasons: faster over many records."""
        if any(_lacks(values, read) for read in self.essential):
            return State.NOT_EVALUABLE
        try:
            return _result(self.program.execute(self._context(values))).state
        except _FAULTS:
            return State.NOT_EVALUABLE

    def inputs_seen(self, values: RuleInput, *, with_rows: bool = False) -> dict[str, Any]:
        """Return the single inputs that have a value, as ``FORM.ITEM`` to what the rule saw.

        ``with_rows`` adds what it read row by row, as ``rows.FORM.ITEM`` to a list.
        """
        context = self._context(values)
        seen: dict[str, Any] = {}
        for read in sorted(self.inputs):
            if not read.item:
                continue
            if read.scope in ("own", "latest", "at"):
                if not _is_absent(context, read):
                    seen[f"{read.form}.{read.item}"] = _plain(_held(context, read)[read.item])
            elif with_rows:
                listed = [_plain(row[read.item]) for row in _rows(context, read) if read.item in row]
                seen[f"rows.{read.form}.{read.item}"] = listed
        return seen

    def _context(self, values: RuleInput) -> dict[str, Any]:
        plan = self._plan
        context: dict[str, Any] = {**self.functions, OWN: _part(values.own, plan.own)}
        subject = values.subject
        for form, keys in plan.latest:
            context[form] = _part(subject.latest(form), keys) if subject else {}
        for event, form, keys in plan.at:
            held = subject.at(event, form) if subject else {}
            context.setdefault("at", {}).setdefault(event, {})[form] = _part(held, keys)
        if plan.form_rows is not None:
            context["form"] = {"rows": [_part(row, plan.form_rows) for row in values.form_rows]}
        if plan.rows:
            context["rows"] = _rows_read(values, plan.rows)
        for name in self.names:
            held = getattr(values, name)
            if held is not None:
                context[name] = as_moment(held) if isinstance(held, date) else held
        return context

    @cached_property
    def _plan(self) -> "_Plan":
        return _plan_of(self.inputs)

    def _not_evaluable(self, context: Mapping[str, Any], error: Exception | None) -> RuleResult:
        needed = (read for read in self.inputs if read.needed and read.item)
        absent = {f"{read.form}.{read.item}" for read in needed if _is_absent(context, read)}
        absent |= {
            read.form for read in self.inputs if read.scope == "rows" and read.form not in context["rows"]
        }
        if "today" in self.names and "today" not in context:
            absent.add("today")
        return RuleResult(
            State.NOT_EVALUABLE, missing=tuple(sorted(absent)), error=None if absent else _reason(error)
        )


# What the binding raises for absent or unfit values.
_FAULTS = (RuntimeError, TypeError, KeyError, ValueError, OverflowError)


def _result(found: Any) -> RuleResult:
    if isinstance(found, bool):
        return RuleResult(State.TRUE if found else State.FALSE, found)
    if isinstance(found, float) and not math.isfinite(found):
        return RuleResult(State.NOT_EVALUABLE, error="the result is not a finite number")
    return RuleResult(State.VALUE, found.date() if isinstance(found, datetime) else found)


def _reason(error: Exception | None) -> str:
    return str(error).partition("Python function call failed: ")[2].partition(". Check function")[0] or str(
        error
    )


def _lacks(values: RuleInput, read: Read) -> bool:
    subject = values.subject
    if read.scope == "own":
        found = values.own
    elif subject is None:
        return True
    else:
        found = subject.latest(read.form) if read.scope == "latest" else subject.at(read.event, read.form)
    return read.item not in found and read.item + PARTIAL_SUFFIX not in found


@dataclass(frozen=True)
class _Plan:
    """What a rule takes of its input: the keys of its own record, of other records and of rows."""

    own: tuple[str, ...]
    latest: tuple[tuple[str, tuple[str, ...]], ...]
    at: tuple[tuple[str, str, tuple[str, ...]], ...]
    form_rows: tuple[str, ...] | None
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def _plan_of(inputs: frozenset[Read]) -> _Plan:
    keys: dict[tuple[str, str, str], set[str]] = {}
    for read in inputs:
        held = keys.setdefault((read.scope, read.event, read.form if read.scope != "own" else ""), set())
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


def _part(held: Values, keys: tuple[str, ...]) -> dict[str, Any]:
    """Return what stands under these keys: the binding copies every value that it is given."""
    return {key: held[key] for key in keys if key in held}


def _rows_read(values: RuleInput, wanted: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, Any]:
    subject = values.subject
    found: dict[str, Any] = {}
    for form, keys in wanted:
        rows = subject.rows(form) if subject else []
        if rows or not values.rows_needed:
            found[form] = _columns(subject, form, rows, keys)
    return found


def _columns(
    subject: SubjectLookup | None, form: str, rows: Sequence[Values], keys: tuple[str, ...]
) -> Sequence[Values]:
    """Return the rows with these keys alone, kept beside the subject while its rows are the same list."""
    kept = getattr(subject, "projections", {})
    held: tuple[Sequence[Values], Sequence[Values]] | None = kept.get((form, keys))
    if held is None or held[0] is not rows:
        held = kept[form, keys] = (rows, [_part(row, keys) for row in rows])
    return held[1]


def _held(context: Mapping[str, Any], read: Read) -> Mapping[str, Any]:
    if read.scope == "own":
        return context[OWN]
    return context[read.form] if read.scope == "latest" else context["at"][read.event][read.form]


def _rows(context: Mapping[str, Any], read: Read) -> Sequence[Values]:
    return context["form"]["rows"] if read.scope == "form.rows" else context["rows"].get(read.form) or ()


def _plain(value: Any) -> Any:
    """Return a value as a rule saw it, a day as ISO text."""
    return value.date().isoformat() if isinstance(value, datetime) else value


def _is_absent(context: Mapping[str, Any], read: Read) -> bool:
    if read.scope in ("own", "latest", "at"):
        return read.item not in _held(context, read)
    rows = context["form"]["rows"] if read.scope == "form.rows" else context["rows"].get(read.form)
    return rows is None or any(read.item not in row for row in rows)


def compile_rule(expression: str, *, namespace: Namespace) -> Rule:
    """Parse, type-check and compile a rule; raise RuleSyntaxError with column and both messages."""
    return compile_tree(parse(expression), namespace=namespace, expression=expression)


def compile_tree(tree: Node, *, namespace: Namespace, expression: str = "") -> Rule:
    """Type-check and compile a rule's tree; raise RuleSyntaxError where it is wrongly typed."""
    translation: Translation = translate(tree, namespace)
    try:
        program = cel.compile(translation.code)
    except ValueError as error:
        raise RuleSyntaxError(1, f"规则无法编译：{error}", f"The rule does not compile: {error}") from error
    needed = essential(tree, namespace.own)
    return Rule(
        essential=tuple(
            read
            for read in sorted(translation.reads)
            if (read.scope, read.event, read.form, read.item) in needed
        ),
        expression=expression,
        code=translation.code,
        kind=translation.kind,
        inputs=frozenset(translation.reads),
        program=program,
        functions={name: IMPLEMENTATIONS[name] for name in sorted(translation.functions)},
        names=frozenset(translation.names),
    )
