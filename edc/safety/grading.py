"""The CTCAE grade of a laboratory value, from the value, its range and the value before treatment.

The conditions are data of the study library (`studies/library/ctcae_v5_lab.yaml`), which names their source.
Numbers are exact decimals; a limit belongs to the milder side where the table says so.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

import yaml

from edc.design.items import Text
from edc.safety.terminology import LIBRARY, Loader

_CONDITION = re.compile(
    r"(?P<left>x|change) (?P<sign><=|>=|<|>) "
    r"(?:(?P<number>-?[\d.]+)(?: \* (?P<times>ULN|LLN|BASE))?"
    r"|(?P<limit>ULN|LLN|BASE)(?: \+ (?P<plus>[\d.]+))?)"
)
_SIGNS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Measured:
    """A value in the rule's unit with what it is judged by; None is not known.

    `baseline_high` tells whether the value before treatment lay above the range that held for it.
    """

    value: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    base: Decimal | None = None
    baseline_high: bool = False

    def of(self, name: str) -> Decimal | None:
        return {"LLN": self.low, "ULN": self.high, "BASE": self.base}[name]

    @property
    def change(self) -> Decimal | None:
        """The change from the value before treatment in per cent."""
        return 100 * (self.value - self.base) / self.base if self.base else None


@dataclass(frozen=True)
class Comparison:
    """One comparison as written, such as `x > 1.5 * ULN`."""

    text: str
    left: str
    sign: str
    factor: Decimal
    limit: str
    plus: Decimal

    def holds(self, measured: Measured) -> bool | None:
        """Tell whether it holds; None where something that it reads is not known."""
        left = measured.value if self.left == "x" else measured.change
        right = measured.of(self.limit) if self.limit else Decimal(1)
        if left is None or right is None:
            return None
        return _SIGNS[self.sign](left, self.factor * right + self.plus)


@dataclass(frozen=True)
class GradeRule:
    """A grade and the comparisons that all must hold for it; `baseline` is normal, high, or empty."""

    grade: int
    comparisons: tuple[Comparison, ...]
    baseline: str = ""

    @property
    def text(self) -> str:
        return " && ".join(each.text for each in self.comparisons)

    def holds(self, measured: Measured) -> bool | None:
        """Tell whether it holds; None where it cannot be told."""
        if self.baseline and (self.baseline == "high") is not measured.baseline_high:
            return False
        found = [each.holds(measured) for each in self.comparisons]
        if False in found:
            return False
        return None if None in found else True


@dataclass(frozen=True)
class LabTerm:
    """How a term is graded by an analyte (a test code of CDISC); `unit` is None where only ratios count."""

    term: str
    analyte: str
    grades: tuple[GradeRule, ...]
    unit: str | None = None
    needs: str = ""
    optional: str = ""
    assumes: Text | None = None

    @property
    def reads_base(self) -> bool:
        """Whether the value before treatment counts."""
        compared = (each for rule in self.grades for each in rule.comparisons)
        return any(each.limit == "BASE" or each.left == "change" for each in compared)


@dataclass(frozen=True)
class Grade:
    """The grade of one term, 0 for none; `rule` is the condition that gave it."""

    term: LabTerm
    grade: int
    rule: str = ""


@cache
def lab_terms() -> tuple[LabTerm, ...]:
    """Return every term that is graded by a laboratory value, read once a process."""
    text = (LIBRARY / "ctcae_v5_lab.yaml").read_text(encoding="utf-8")
    return tuple(_lab_term(each) for each in yaml.load(text, Loader=Loader)["rules"])  # noqa: S506


def terms_of(analyte: str) -> tuple[LabTerm, ...]:
    """Return the terms that the analyte grades, none for what CTCAE does not grade by its number."""
    return tuple(each for each in lab_terms() if each.analyte == analyte)


def grade_of(term: LabTerm, measured: Measured) -> Grade | None:
    """Return the grade of the term, None where too little is known to tell."""
    if term.needs and measured.of(term.needs) is None:
        return None
    is_open = False
    for rule in term.grades:
        holds = rule.holds(measured)
        if holds:
            return Grade(term, rule.grade, rule.text)
        is_open = is_open or (holds is None and not _is_optional(term, rule))
    return None if is_open else Grade(term, 0)


def _is_optional(term: LabTerm, rule: GradeRule) -> bool:
    """Tell whether the rule may be passed over: it reads the value before treatment, which may lack."""
    reads = {each.limit for each in rule.comparisons} | {
        "BASE" for each in rule.comparisons if each.left == "change"
    }
    return bool(term.optional) and term.optional in reads


def _lab_term(data: Mapping) -> LabTerm:
    assumes = data.get("assumes")
    return LabTerm(
        term=data["term"],
        analyte=data["analyte"],
        grades=tuple(_rule(each) for each in data["grades"]),
        unit=data.get("unit"),
        needs=data.get("needs", ""),
        optional=data.get("optional", ""),
        assumes=Text(**assumes) if assumes else None,
    )


def _rule(data: Mapping) -> GradeRule:
    written = [data["if"], data["and"]] if "and" in data else [data["if"]]
    return GradeRule(data["grade"], tuple(_comparison(each) for each in written), data.get("baseline", ""))


def _comparison(text: str) -> Comparison:
    """Read one comparison; raises ValueError for what is none."""
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text} is no condition of a grade")
    limit = found["times"] or found["limit"] or ""
    factor = Decimal(found["number"] or 1)
    return Comparison(text, found["left"], found["sign"], factor, limit, Decimal(found["plus"] or 0))
