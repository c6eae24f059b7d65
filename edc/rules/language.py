"""Compiling and evaluating one rule."""

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

import cel

from edc.rules.contexts import Layout, RuleInput, Values, layout_of
from edc.rules.essential import essential
from edc.rules.kinds import Kind, Namespace
from edc.rules.syntax import Node, RuleSyntaxError, parse
from edc.rules.terms import OWN, PARTIAL_SUFFIX, Read, Translation
from edc.rules.translate import translate

# The binding logs each ValueError of a function; here that is an ordinary answer, "not evaluable".
logging.getLogger("cel").setLevel(logging.CRITICAL)


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


@dataclass(frozen=True)
class Rule:
    """A compiled rule; make it once and evaluate it often."""

    expression: str
    code: str
    kind: Kind
    inputs: frozenset[Read]
    program: cel.Program
    layout: Layout
    essential: tuple[Read, ...] = ()

    @property
    def reads(self) -> frozenset[tuple[str, str]]:
        """The (form, item) names that the rule reads."""
        return frozenset((read.form, read.item) for read in self.inputs if read.item)

    def evaluate(self, values: RuleInput) -> RuleResult:
        """Return the outcome for these values; never raises for missing or unfit values."""
        if any(_lacks(values, read) for read in self.essential):
            return self._not_evaluable(self.layout.context(values), None)
        try:
            return _result(self.program.execute(values.converted(self.layout)))
        except _FAULTS as error:
            return self._not_evaluable(self.layout.context(values), error)

    def state(self, values: RuleInput) -> State:
        """Return what ``evaluate`` says in one word, without the reasons: faster over many records."""
        for read in self.essential:
            if _lacks(values, read):
                return State.NOT_EVALUABLE
        try:
            found = self.program.execute(values.converted(self.layout))
            if found is True or found is False:
                return State.TRUE if found else State.FALSE
            return _result(found).state
        except _FAULTS:
            return State.NOT_EVALUABLE

    def inputs_seen(self, values: RuleInput, *, with_rows: bool = False) -> dict[str, Any]:
        """Return the single inputs that have a value, as ``FORM.ITEM`` to what the rule saw.

        ``with_rows`` adds what it read row by row, as ``rows.FORM.ITEM`` to a list.
        """
        rows = self.layout.context(values) if with_rows else {}
        seen: dict[str, Any] = {}
        for read in self._named:
            if read.scope in ("own", "latest", "at"):
                held = _record_read(values, read)
                if read.item in held:
                    seen[f"{read.form}.{read.item}"] = _plain(held[read.item])
            elif with_rows:
                listed = [_plain(row[read.item]) for row in _rows(rows, read) if read.item in row]
                seen[f"rows.{read.form}.{read.item}"] = listed
        return seen

    @cached_property
    def _named(self) -> tuple[Read, ...]:
        return tuple(read for read in sorted(self.inputs) if read.item)

    def _not_evaluable(self, context: Mapping[str, Any], error: Exception | None) -> RuleResult:
        needed = (read for read in self.inputs if read.needed and read.item)
        absent = {f"{read.form}.{read.item}" for read in needed if _is_absent(context, read)}
        absent |= {
            read.form for read in self.inputs if read.scope == "rows" and read.form not in context["rows"]
        }
        if "today" in self.layout.names and "today" not in context:
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
    found = _record_read(values, read)
    return read.item not in found and read.item + PARTIAL_SUFFIX not in found


def _record_read(values: RuleInput, read: Read) -> Values:
    """Return the record of which a rule reads one item."""
    if read.scope == "own":
        return values.own
    subject = values.subject
    if subject is None:
        return {}
    return subject.latest(read.form) if read.scope == "latest" else subject.at(read.event, read.form)


def _held(context: Mapping[str, Any], read: Read) -> Mapping[str, Any]:
    if read.scope == "own":
        return context[OWN]
    return context[read.form] if read.scope == "latest" else context["at"][read.event][read.form]


def _rows(context: Mapping[str, Any], read: Read) -> Sequence[Mapping[str, Any]]:
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
        layout=layout_of(translation.reads, translation.names, translation.functions),
    )
