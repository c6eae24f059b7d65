"""What a form is, given what is entered: shown, required, computed and flagged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from edc.design.items import ItemDef, Text
from edc.design.study import StudyDesign
from edc.design.values import ItemReading, Problem, read_value
from edc.design.written import decimal_text
from edc.rules.book import Check, FormRules, rule_book
from edc.rules.contexts import RuleInput
from edc.rules.form_record import Place, Record, Sheet, places, read_record, rows_of
from edc.rules.language import Rule, RuleResult, State
from edc.rules.scores import round_half_up
from edc.rules.subject_values import SubjectValues
from edc.safety.graded_terms import with_terms_checked

_DECIMALS = 4


@dataclass(frozen=True)
class Computed:
    """A derived value: canonical, with its formula and its inputs as ``FORM.ITEM`` to value.

    Without a value, ``missing`` names the inputs that lack one and ``error`` says why there is no result.
    """

    value: Any
    formula: str
    version: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True)
class Flag:
    """An edit check that does not hold, at its first item ``path``; ``paths`` are all items it points at.

    ``seen`` is what the check read, as ``FORM.ITEM`` to value.
    """

    rule_oid: str
    severity: str
    path: str
    message: Text
    state: State = State.FALSE
    paths: tuple[str, ...] = ()
    seen: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Progress:
    """How many of the required items that are shown have a value or a missing code."""

    filled: int
    required: int


@dataclass(frozen=True)
class FormState:
    """A form at one moment, by item path.

    ``readings`` holds the entered items, ``values`` the canonical values in standard units of what is
    shown, derived items included. A hidden item keeps its entry but has no value. ``flags`` lacks those of
    silent checks, which no form shows.
    """

    visible: dict[str, bool]
    required: dict[str, bool]
    computed: dict[str, Computed]
    flags: tuple[Flag, ...]
    problems: dict[str, Problem]
    progress: Progress
    readings: dict[str, ItemReading]
    values: dict[str, Any]

    @property
    def unanswered(self) -> list[str]:
        """The required items that are shown and have neither value nor missing code."""
        return [path for path, needed in self.required.items() if needed and self.readings[path].is_empty]

    @property
    def impossible(self) -> list[str]:
        """The items whose entry is refused at submit."""
        return [path for path, problem in self.problems.items() if problem.level == "hard"]


def evaluate_form(
    design: StudyDesign,
    form_oid: str,
    record: Record,
    subject_values: SubjectValues,
    *,
    today: date,
    site: str = "",
) -> FormState:
    """Evaluate all rules of a form on a record {"items": {path: entry}, "rows": {group OID: keys}}.

    ``subject_values.filling(record)`` says at which event and repeat the record stands; without it the record
    stands beside the subject's other records in ``rows``.
    """
    rules = rule_book(design).forms[form_oid]
    return _Evaluation(design, rules, record, subject_values, today, site).state()


class _Evaluation:
    def __init__(
        self,
        design: StudyDesign,
        rules: FormRules,
        record: Record,
        subject: SubjectValues,
        today: date,
        site: str,
    ) -> None:
        self.design, self.rules, self.record, self.subject = design, rules, record, subject
        self.today, self.site = today, site or subject.site
        self.sheet = Sheet(rules.form, record)
        self.places = list(places(rules.form, record))
        readings = read_record(design, rules.form, record, today)
        self.readings = with_terms_checked(design, rules.form, readings)
        self.inputs: dict[str | None, RuleInput] = {}

    def state(self) -> FormState:
        for place in self.places:
            if place.path in self.readings:
                self.put(place, self._usable(place.path))
        computed = self.derived()
        visible = {place.path: self.holds(self.rules.show, place, default=True) for place in self.places}
        if self._take_away_hidden(visible):
            computed = self.derived()
        required = {place.path: self._is_required(place, visible) for place in self.places}
        problems = dict(self._problems(visible, computed))
        needed = [path for path, is_needed in required.items() if is_needed]
        filled = sum(not self.readings[path].is_empty for path in needed)
        return FormState(
            visible,
            required,
            computed,
            tuple(self._flags(visible)),
            problems,
            Progress(filled, len(needed)),
            self.readings,
            dict(self.sheet.values),
        )

    def _usable(self, path: str) -> Any:
        """Return the value for rules; an impossible one counts as none."""
        reading = self.readings[path]
        is_hard = reading.problem is not None and reading.problem.level == "hard"
        return None if is_hard else reading.standard_value

    def _take_away_hidden(self, visible: dict[str, bool]) -> bool:
        hidden = [
            place for place in self.places if not visible[place.path] and place.path in self.sheet.values
        ]
        for place in hidden:
            self.put(place, None)
        return bool(hidden)

    def put(self, place: Place, canonical: Any) -> None:
        self.sheet.put(place, canonical)
        self.inputs.clear()

    def input(self, row: str | None) -> RuleInput:
        if row not in self.inputs:
            self.inputs[row] = self._input(row)
        return self.inputs[row]

    def _input(self, row: str | None) -> RuleInput:
        subject = self.subject.filling(self.sheet.as_final(self.subject.current))
        return RuleInput(
            self.sheet.seen_from(row), subject, self.sheet.rows(), self.site, self.design.oid, self.today
        )

    def evaluated(self, rule: Rule, row: str | None) -> RuleResult:
        return rule.evaluate(self.input(row))

    def holds(self, rules: Mapping[str, Rule], place: Place, *, default: bool) -> bool:
        rule = rules.get(place.item.name)
        return default if rule is None else self.evaluated(rule, place.row).state is State.TRUE

    def _is_required(self, place: Place, visible: dict[str, bool]) -> bool:
        item = place.item
        if not visible[place.path] or not item.is_typed_in:
            return False
        if item.required == "conditional":
            return self.holds(self.rules.require, place, default=False)
        return item.required == "always"

    def derived(self) -> dict[str, Computed]:
        """Compute the derived items in the order of their dependencies and put them on the sheet."""
        found: dict[str, Computed] = {}
        by_name: dict[str, list[Place]] = {}
        for place in self.places:
            by_name.setdefault(place.item.name, []).append(place)
        for name, rule in self.rules.derive.items():
            for place in by_name.get(name, []):
                computed = computed_value(place.item, rule, self.input(place.row))
                self.put(place, computed.value)
                found[place.path] = computed
        return found

    def _problems(
        self, visible: dict[str, bool], computed: dict[str, Computed]
    ) -> Iterator[tuple[str, Problem]]:
        for place in self.places:
            path = place.path
            if not visible[path]:
                continue
            reading = self.readings.get(path)
            if reading is None and path in computed and computed[path].value is not None:
                text = str(computed[path].value)
                reading = read_value(
                    place.item, text, codelist=self.design.codelist_of(place.item), today=self.today
                )
            if reading and reading.problem:
                yield path, reading.problem

    def _flags(self, visible: dict[str, bool]) -> Iterator[Flag]:
        for check in self.rules.checks:
            if check.rule.severity == "silent":
                continue
            for row in rows_of(self.record, check.group) if check.group else [None]:
                paths = tuple(path for _oid, _row, path in check.paths(row) if visible.get(path))
                if paths and self._fails(check, row):
                    rule = check.rule
                    seen = check.check.inputs_seen(self.input(row))
                    yield Flag(rule.oid, rule.severity, paths[0], rule.message, State.FALSE, paths, seen)

    def _fails(self, check: Check, row: str | None) -> bool:
        if check.when and self.evaluated(check.when, row).state is not State.TRUE:
            return False
        return self.evaluated(check.check, row).state is State.FALSE


def computed_value(item: ItemDef, rule: Rule, values: RuleInput) -> Computed:
    """Evaluate the rule of a derived item and keep what it read beside the result."""
    result = rule.evaluate(values)
    formula = item.formula
    value = canonical(item, result.value) if result.state is not State.NOT_EVALUABLE else None
    return Computed(
        value,
        formula.name if formula else "",
        formula.version if formula else "",
        rule.inputs_seen(values, with_rows=True),
        result.missing,
        result.error,
    )


def canonical(item: ItemDef, value: Any) -> Any:
    """Return the canonical value of a derived item for the result of its rule."""
    kind = item.answer_type
    if isinstance(value, bool):
        return "Y" if value else "N"
    if kind == "integer":
        return int(round_half_up(value, 0))
    if kind == "float":
        digits = _DECIMALS if item.decimals is None else item.decimals
        return decimal_text(Decimal(repr(round_half_up(value, digits))))
    return value.isoformat() if isinstance(value, date | datetime) else value
