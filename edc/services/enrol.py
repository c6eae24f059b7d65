"""Subjects: given a screening number, enrolled once the criteria allow it, or screened out with a reason."""

from django.db import transaction
from django.db.models import IntegerField, Max
from django.db.models.functions import Cast, Substr
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import EligibilityAssessment, Site, Subject, User
from edc.selectors.activation import active_version
from edc.services.eligibility import assess_eligibility
from edc.services.lock import require_place_open
from edc.services.moves import move
from edc.services.reasons import required_text
from edc.services.schedule import make_events

__all__ = ["assess_eligibility", "confirm_enrolment", "enrol_subject", "fail_screening"]


@transaction.atomic
def enrol_subject(*, site: Site, actor: User, cohort: str = "", synthetic: bool = False) -> Subject:
    """Make a subject with the site's next screening number, its visits and its forms, on the design
    version that holds there today.

    Screening numbers (site number, dash, running number) are never used twice.
    """
    access.require(actor, "enrol_subject", site=site)
    site = Site.objects.select_for_update(no_key=True).select_related("study").get(pk=site.pk)
    require_place_open(site)
    version = active_version(site)
    if version is None or not site.active:
        raise NotNow(_("This site does not enrol subjects."))
    cohorts = {arm.cohort for arm in version.design.arms if arm.cohort}
    if cohort and cohort not in cohorts:
        message = {"cohort": _("Choose a cohort of this study.")}
        raise InvalidInput(_("Some fields need correction."), fields=message)
    subject = Subject.objects.create(
        study=site.study,
        site=site,
        design_version=version,
        subject_key=next_key(site),
        cohort=cohort,
        synthetic=synthetic,
        created_by=actor,
    )
    make_events(subject=subject)
    after = {"subject_key": subject.subject_key, "cohort": cohort, "synthetic": synthetic}
    audit.record(actor=actor, action="subject.enrolled", target=subject, after=after)
    return subject


def next_key(site: Site) -> str:
    """Return the site's next screening number; the caller holds the site's row."""
    prefix = f"{site.number}-"
    number = Cast(Substr("subject_key", len(prefix) + 1), IntegerField())
    last = Subject.objects.filter(site=site).aggregate(last=Max(number))["last"] or 0
    return f"{prefix}{last + 1:04d}"


@transaction.atomic
def confirm_enrolment(*, subject: Subject, actor: User, override_reason: str = "") -> Subject:
    """Enrol a screened subject who is eligible.

    Where the criteria are not met, or not yet evaluable, only an investigator may enrol, with a reason.
    """
    access.require(actor, "enrol_subject", site=subject.site)
    subject = Subject.objects.select_for_update(no_key=True).get(pk=subject.pk)
    require_place_open(subject)
    assessment = assess_eligibility(subject=subject, actor=actor)
    if assessment.verdict != EligibilityAssessment.Verdict.ELIGIBLE:
        if not override_reason.strip():
            raise NotNow(
                _unmet(assessment), fields={"override_reason": _("An investigator may give a reason.")}
            )
        access.require(actor, "sign_form", site=subject.site)
        override_reason = required_text(override_reason, field="override_reason")
    before = subject.status
    move(subject, Subject.Status.ENROLLED, status_reason=override_reason.strip())
    after = {"status": subject.status, "verdict": assessment.verdict}
    audit.record(
        actor=actor, action="subject.confirmed", target=subject, before=before, after=after,
        reason=override_reason.strip(),
    )  # fmt: skip
    return subject


def _unmet(assessment: EligibilityAssessment) -> str:
    if assessment.verdict == EligibilityAssessment.Verdict.PENDING:
        return _("Some criteria cannot be evaluated yet: complete the forms they read first.")
    return _("The subject does not meet the criteria.")


@transaction.atomic
def fail_screening(*, subject: Subject, actor: User, reason: str) -> Subject:
    """End the screening of a subject who does not enter the study; the reason counts in the flow chart."""
    access.require(actor, "enrol_subject", site=subject.site)
    reason = required_text(reason, field="reason")
    subject = Subject.objects.select_for_update(no_key=True).get(pk=subject.pk)
    require_place_open(subject)
    before = subject.status
    move(subject, Subject.Status.SCREEN_FAILED, status_reason=reason)
    audit.record(
        actor=actor, action="subject.screen_failed", target=subject, before=before, after=subject.status,
        reason=reason,
    )  # fmt: skip
    return subject
