"""Eligibility: the criteria computed from the subject's final values; every new answer is a new row."""

from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone

from edc import access, audit, jobs
from edc.models import EligibilityAssessment, Subject, User
from edc.rules.eligibility import CriterionResult, assess, summed
from edc.selectors.subject_values import subject_values


@transaction.atomic
def assess_eligibility(*, subject: Subject, actor: User) -> EligibilityAssessment:
    """Compute the criteria now and return the assessment; the last one is returned when nothing has
    changed.
    """
    access.require(actor, "view_subjects", site=subject.site)
    return _assess(subject, actor)


@transaction.atomic
def reassess(*, subject: Subject, due: frozenset[str] | None = None) -> EligibilityAssessment:
    """Compute the criteria after values changed, as the system; with ``due`` only those.

    The others keep their last answer, where there is one of the same design.
    """
    return _assess(subject, jobs.system_user("checks"), due)


def _assess(subject: Subject, actor: User, due: frozenset[str] | None = None) -> EligibilityAssessment:
    last = subject.eligibility_assessments.first()
    kept = _kept(subject, last, due)
    only = None if due is None or not kept else due
    design = subject.design_version.design
    results = assess(design, subject_values(subject), today=timezone.localdate(), only=only)
    answers = kept | {result.oid: _plain(result) for result in results}
    criteria = [answers[each.oid] for each in design.eligibility]
    if last and last.criteria == criteria and last.design_version_id == subject.design_version_id:
        return last
    assessment = EligibilityAssessment.objects.create(
        subject=subject,
        design_version=subject.design_version,
        verdict=str(summed([each["passes"] for each in criteria])),
        criteria=criteria,
    )
    audit.record(
        actor=actor,
        action="eligibility.assessed",
        target=assessment,
        before=last.verdict if last else None,
        after={"verdict": assessment.verdict, "criteria": {each["oid"]: each["met"] for each in criteria}},
    )
    return assessment


def _kept(
    subject: Subject, last: EligibilityAssessment | None, due: frozenset[str] | None
) -> dict[str, dict]:
    if due is None or last is None or last.design_version_id != subject.design_version_id:
        return {}
    return {each["oid"]: each for each in last.criteria if each["oid"] not in due}


def _plain(result: CriterionResult) -> dict:
    """Return a criterion's answer as JSON data, without its text: that stands in the design."""
    return {
        "oid": result.oid,
        "category": result.category,
        "met": str(result.met),
        "passes": result.passes,
        "missing": list(result.missing),
        "evidence": {name: plain_value(value) for name, value in result.evidence.items()},
        "answered_by": result.answered_by,
        "provisional": result.provisional,
    }


def plain_value(value: object) -> object:
    """Return a value that a rule read as JSON data; a date without time is its ISO day."""
    if isinstance(value, datetime):
        is_day = value.time() == time.min
        return value.date().isoformat() if is_day else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain_value(each) for each in value]
    if isinstance(value, dict):
        return {str(key): plain_value(each) for key, each in value.items()}
    return value
