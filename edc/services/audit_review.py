"""Planned review of the audit trail: criteria that are kept, and a signed statement of what was found."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput, NotNow
from edc.models import AuditCriteria, AuditEvent, AuditReview, Study, User
from edc.selectors.audit_filters import AuditFilter, matching
from edc.services.proof import Proof, prove
from edc.services.reasons import required_text
from edc.services.statement import require_statement

MOST_DAYS = 366


@transaction.atomic
def save_criteria(
    *, study: Study, name: str, filters: Mapping[str, str], every_days: int, actor: User
) -> AuditCriteria:
    """Keep what is to be reviewed and how often; a name stands once in a study."""
    access.require(actor, "view_audit", study=study)
    name = required_text(name, field="name", at_most=120)
    if not 1 <= every_days <= MOST_DAYS:
        message = _("Choose between 1 and %(days)d days.") % {"days": MOST_DAYS}
        raise InvalidInput(_("Some fields need correction."), fields={"every_days": message})
    if AuditCriteria.objects.filter(study=study, name=name, active=True).exists():
        raise InvalidInput(_("Some fields need correction."), fields={"name": _("This name is taken.")})
    kept = AuditFilter.of(filters).of_study(study.oid).given()
    criteria = AuditCriteria.objects.create(
        study=study, name=name, filters=kept, every_days=every_days, made_by=actor
    )
    after = {"name": name, "filters": kept, "every_days": every_days}
    audit.record(actor=actor, action="audit.criteria_saved", target=criteria, after=after)
    return criteria


@transaction.atomic
def end_criteria(*, criteria: AuditCriteria, actor: User) -> AuditCriteria:
    """Review these no more; what was reviewed stays."""
    access.require(actor, "view_audit", study=criteria.study)
    criteria = AuditCriteria.objects.select_for_update().get(pk=criteria.pk)
    if not criteria.active:
        raise NotNow(_("These criteria have ended already."))
    criteria.active = False
    criteria.save(update_fields=["active"])
    audit.record(actor=actor, action="audit.criteria_ended", target=criteria, before=criteria.name)
    return criteria


def sign_review(
    *, criteria: AuditCriteria, upto: int, findings: str, password: str, actor: User
) -> AuditReview:
    """Sign that the events of the criteria since the review before, up to one event, were looked through.

    The reviewer proves to be the one who is logged in, and says what was found, even if nothing. Wrong proofs
    count together with those of signing forms.
    """
    access.require(actor, "view_audit", study=criteria.study)
    findings = required_text(findings, field="findings", at_most=2000)
    require_statement(actor)
    prove(actor=actor, proof=Proof(password), target=criteria, failed=_("The review was not signed."))
    return _sign(criteria, upto, findings, actor)


@transaction.atomic
def _sign(criteria: AuditCriteria, upto: int, findings: str, actor: User) -> AuditReview:
    criteria = AuditCriteria.objects.select_for_update().get(pk=criteria.pk)
    if not criteria.active:
        raise NotNow(_("These criteria have ended already."))
    last = criteria.reviews.first()
    after_event = last.upto_event if last else 0
    seen = AuditEvent.objects.filter(pk=upto).first()
    if seen is None or upto < after_event:
        raise NotNow(_("Load the page again: these events were reviewed meanwhile."))
    found = matching(actor, AuditFilter.of(criteria.filters)).filter(pk__gt=after_event, pk__lte=upto)
    review = AuditReview.objects.create(
        criteria=criteria,
        after_event=after_event,
        upto_event=upto,
        filters=criteria.filters,
        event_count=found.count(),
        chain_hash=seen.hash,
        findings=findings,
        reviewer=actor,
        reviewer_name=str(actor)[:120],
    )
    told = {"criteria": criteria.name, "after": after_event, "upto": upto, "events": review.event_count}
    place = audit.Place(study=criteria.study)
    audit.record(
        actor=actor, action="audit.reviewed", target=review, place=place, after=told, reason=findings[:300]
    )
    return review
