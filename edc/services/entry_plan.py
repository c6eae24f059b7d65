"""Decisions on how much is entered twice: each of a named person, with the numbers as they stood."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from edc import access, audit
from edc.errors import Conflict, InvalidInput
from edc.models import EntryRate, EntryTerms, Site, Study, User
from edc.selectors.entry_plan import PlanLine, plan_line, terms_of
from edc.selectors.entry_rates import FULL, STEPS
from edc.services.reasons import required_text


@dataclass(frozen=True)
class NewTerms:
    """The limits of all and of critical items, in percent, and whether second passes are checked again."""

    limit: Decimal
    critical_limit: Decimal
    recheck: bool


@transaction.atomic
def decide_rate(*, site: Site, form_oid: str, percent: int, seen: str, reason: str, actor: User) -> EntryRate:
    """Put a rate of double entry in force for a form at a site; forms begun from now on follow it.

    `seen` names the numbers that the person saw (`PlanLine.seen`): raises Conflict where they are others by
    now. More may always be entered twice; less only as far as the plan proposes.
    """
    access.require(actor, "resolve_disagreement", site=site)
    reason = required_text(reason, field="reason")
    site = Site.objects.select_for_update(of=("self",), no_key=True).select_related("study").get(pk=site.pk)
    line = plan_line(site, form_oid)
    if line is None:
        raise InvalidInput(
            _("Some fields need correction."), fields={"form": _("This form is not entered twice.")}
        )
    if line.seen != seen:
        raise Conflict(_("The numbers of %(form)s have changed. Look at them again.") % {"form": form_oid})
    _require_allowed(line, percent)
    decision = EntryRate.objects.create(
        site=site, form_oid=form_oid, before=line.rate.percent, percent=percent, numbers=line.numbers(),
        reason=reason, decided_by=actor,
    )  # fmt: skip
    audit.record(
        actor=actor, action="entry.rate_decided", target=decision, reason=reason,
        before={"form": form_oid, "percent": line.rate.percent},
        after={"form": form_oid, "percent": percent, "numbers": decision.numbers},
    )  # fmt: skip
    return decision


def _require_allowed(line: PlanLine, percent: int) -> None:
    message = ""
    if percent not in STEPS or percent == line.rate.percent:
        others = ", ".join(f"{step} %" for step in STEPS if step != line.rate.percent)
        message = _("Choose one of these rates: %(rates)s.") % {"rates": others}
    elif percent < line.rate.percent and percent != line.proposal:
        message = _("The numbers do not allow a lower rate now.")
    if message:
        raise InvalidInput(_("Some fields need correction."), fields={"percent": message})


@transaction.atomic
def decide_terms(*, study: Study, terms: NewTerms, reason: str, actor: User) -> EntryTerms:
    """Put the limits of a study's plan in force, and whether a second pass is checked again once.

    What was decided under other limits stays until somebody decides anew.
    """
    access.require(actor, "manage_design", study=study)
    reason = required_text(reason, field="reason")
    _check(terms)
    study = Study.objects.select_for_update(no_key=True).get(pk=study.pk)
    held = terms_of(study)
    decided = EntryTerms.objects.create(
        study=study, limit=terms.limit, critical_limit=terms.critical_limit, recheck=terms.recheck,
        reason=reason, decided_by=actor,
    )  # fmt: skip
    audit.record(
        actor=actor, action="entry.terms_decided", target=decided, reason=reason,
        before=_told(held.limit, held.critical_limit, held.recheck),
        after=_told(terms.limit, terms.critical_limit, terms.recheck),
    )  # fmt: skip
    return decided


def _told(limit: Decimal, critical_limit: Decimal, recheck: bool) -> dict[str, object]:
    return {"limit": str(limit), "critical_limit": str(critical_limit), "recheck": recheck}


def _check(terms: NewTerms) -> None:
    fields = {}
    if not 0 < terms.limit < FULL:
        fields["limit"] = _("Give a percentage above 0 and below 100.")
    if not 0 < terms.critical_limit <= terms.limit:
        fields["critical_limit"] = _("Give a percentage above 0 and not above that of all items.")
    if fields:
        raise InvalidInput(_("Some fields need correction."), fields=fields)
