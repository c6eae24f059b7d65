"""Eligibility: the criteria computed from the subject's final values; every new answer is a new row."""

from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone

from edc import access, audit, jobs
from edc.models import EligibilityAssessment, Subject, User
from edc.rules.eligibility import CriterionResult, assess, verdict
from edc.selectors.subject_values import subject_values


@transaction.atomic
def assess_eligibility(*, subject: Subject, actor: User) -> EligibilityAssessment:
    """Compute the criteria now and return the assessment; the last one is returned when nothing has
    changed.
    """
    access.require(actor, "view_subjects", site=subject.site)
    return _assess(subject, actor)


@transaction.atomic
def reassess(*, subject: Subject) -> EligibilityAssessment:
    """Compute the criteria after a form was completed, as the system."""
    return _assess(subject, jobs.system_user("checks"))


def _assess(subject: Subject, actor: User) -> EligibilityAssessment:
    results = assess(subject.design_version.design, subject_values(subject), today=timezone.localdate())
    criteria = [_plain(result) for result in results]
    last = subject.eligibility_assessments.first()
    if last and last.criteria == criteria and last.design_version_id == subject.design_version_id:
        return last
    assessment = EligibilityAssessment.objects.create(
        subject=subject,
        design_version=subject.design_version,
        verdict=str(verdict(results)),
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
