"""Eligibility computed criterion by criterion from a subject's final values."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from edc.design.items import Text
from edc.design.study import StudyDesign
from edc.rules.book import Criterion, rule_book
from edc.rules.contexts import RuleInput
from edc.rules.language import State
from edc.rules.subject_values import SubjectValues

ANSWERS_FORM, CRITERION_ITEM, ANSWER_ITEM = "IE", "IECRIT", "IERESP"


class Met(StrEnum):
    """Whether a criterion's sentence holds for the subject."""

    YES = "yes"
    NO = "no"
    NOT_EVALUABLE = "not_evaluable"
    NOT_APPLICABLE = "not_applicable"


class Verdict(StrEnum):
    """The sum of all criteria."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    PENDING = "pending"


@dataclass(frozen=True)
class CriterionResult:
    """One criterion.

    ``evidence`` maps ``FORM.ITEM`` to the value that decided, ``answered_by`` is rule or person.
    """

    oid: str
    category: str
    met: Met
    text: Text
    missing: tuple[str, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)
    answered_by: str = "rule"
    provisional: bool = False
    error: str | None = None

    @property
    def passes(self) -> bool | None:
        """Whether the criterion lets the subject in; None while it is not evaluable."""
        if self.met is Met.NOT_EVALUABLE:
            return None
        if self.met is Met.NOT_APPLICABLE:
            return True
        return (self.met is Met.YES) == (self.category == "inclusion")


def assess(
    design: StudyDesign,
    subject_values: SubjectValues,
    *,
    today: date | None = None,
    only: Collection[str] | None = None,
) -> list[CriterionResult]:
    """Return every criterion's result in the order of the design; of ``only`` these where they are given.

    A criterion without rule takes the person's answer from the rows of FO.IE (IERESP of the row whose
    IECRIT is the criterion's OID): Y means that the sentence holds, N that it does not, NA that it does
    not apply.
    """
    values = RuleInput(
        subject=subject_values, site=subject_values.site, study=design.oid, today=today, rows_needed=True
    )
    criteria = rule_book(design).criteria
    return [_result(each, values) for each in criteria if only is None or each.criterion.oid in only]


def verdict(results: Sequence[CriterionResult]) -> Verdict:
    """Return what all criteria come to."""
    return summed([result.passes for result in results])


def summed(passes: Sequence[bool | None]) -> Verdict:
    """Return not eligible as soon as one criterion fails, eligible when all pass, else pending."""
    if False in passes:
        return Verdict.NOT_ELIGIBLE
    return Verdict.PENDING if None in passes else Verdict.ELIGIBLE


def _result(criterion: Criterion, values: RuleInput) -> CriterionResult:
    about = criterion.criterion
    fixed: dict[str, Any] = {"oid": about.oid, "category": about.category, "text": about.text}
    fixed["provisional"] = about.provisional
    if criterion.applies:
        applies = criterion.applies.evaluate(values)
        if applies.state is State.FALSE:
            return CriterionResult(
                met=Met.NOT_APPLICABLE, evidence=criterion.applies.inputs_seen(values), **fixed
            )
        if applies.state is State.NOT_EVALUABLE:
            return CriterionResult(
                met=Met.NOT_EVALUABLE, missing=applies.missing, error=applies.error, **fixed
            )
    if criterion.rule is None:
        return _answered(about.oid, values, fixed)
    found = criterion.rule.evaluate(values)
    met = {State.TRUE: Met.YES, State.FALSE: Met.NO}.get(found.state, Met.NOT_EVALUABLE)
    evidence = criterion.rule.inputs_seen(values)
    return CriterionResult(met=met, missing=found.missing, evidence=evidence, error=found.error, **fixed)


def _answered(oid: str, values: RuleInput, fixed: dict[str, Any]) -> CriterionResult:
    rows = values.subject.rows(ANSWERS_FORM) if values.subject else []
    answers = [row.get(ANSWER_ITEM) for row in rows if row.get(CRITERION_ITEM) == oid]
    answer = answers[-1] if answers else None
    met = {"Y": Met.YES, "N": Met.NO, "NA": Met.NOT_APPLICABLE}.get(str(answer), Met.NOT_EVALUABLE)
    asked = f"{ANSWERS_FORM}.{ANSWER_ITEM}"
    missing = (asked,) if met is Met.NOT_EVALUABLE else ()
    evidence = {asked: answer} if answer is not None else {}
    return CriterionResult(met=met, missing=missing, evidence=evidence, answered_by="person", **fixed)
