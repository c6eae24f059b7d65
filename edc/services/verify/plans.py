"""Verification plans: how much is compared with the source, from which day, at which site."""

import secrets
from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import InvalidInput
from edc.models import FormInstance, Site, Study, Subject, User, VerificationPlan
from edc.row_security import every_site
from edc.services.reasons import required_text
from edc.services.verify.due import draw_of, refresh_due


@dataclass(frozen=True)
class PlanTerms:
    """From which day, the first subjects in full, the share of the later ones, and what breaks a mark."""

    starts_on: date
    first_n: int
    percent: int
    broken_by: str


@every_site("a plan of the study draws among the subjects of all its sites")
@transaction.atomic
def make_plan(
    *, study: Study, site: Site | None, terms: PlanTerms, reason: str, actor: User
) -> VerificationPlan:
    """Put a plan in force, draw the subjects there are by its seed, and count anew what is due.

    Critical items are verified in every subject whatever the plan says. Marks that were given stay.
    """
    access.require(actor, "manage_design", study=study)
    reason = required_text(reason, field="reason")
    _check(study, site, terms)
    plan = VerificationPlan.objects.create(
        study=study, site=site, seed=secrets.token_hex(16), reason=reason, made_by=actor, **asdict(terms)
    )
    after = asdict(terms) | {"starts_on": terms.starts_on.isoformat(), "seed": plan.seed}
    after["site"] = site.oid if site else None
    subjects = Subject.objects.filter(study=study)
    subjects = subjects.filter(site=site) if site else subjects
    draws = [draw_of(plan, subject) for subject in subjects.order_by("pk")]
    after["draws"] = {each.subject.subject_key: each.why for each in draws if each}
    audit.record(actor=actor, action="verification.planned", target=plan, after=after, reason=reason)
    forms = FormInstance.objects.filter(subject__in=subjects, status__in=FormInstance.FINAL)
    for form in forms.select_related("subject", "event", "design_version").iterator(chunk_size=200):
        refresh_due(form)
    return plan


def _check(study: Study, site: Site | None, terms: PlanTerms) -> None:
    fields = {}
    if not 0 <= terms.percent <= 100:
        fields["percent"] = _("Give a share from 0 to 100 %.")
    if not 0 <= terms.first_n <= 100_000:
        fields["first_n"] = _("Give a number of subjects from 0 on.")
    if terms.broken_by not in VerificationPlan.BrokenBy.values:
        fields["broken_by"] = _("Choose what breaks a mark.")
    if site is not None and site.study_id != study.pk:
        fields["site"] = _("Choose a site of this study.")
    if fields:
        raise InvalidInput(_("Some fields need correction."), fields=fields)
