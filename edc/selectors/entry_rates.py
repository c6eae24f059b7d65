"""How much of a form is entered twice at a site: the rate in force."""

from collections.abc import Iterable
from dataclasses import dataclass

from edc.models import EntryRate, FormInstance, Site

Mode = FormInstance.EntryMode
FULL = 100
# Percentages that a decision may name, from the most to the least.
STEPS = (100, 50, 20, 10)


@dataclass(frozen=True)
class Rate:
    """The percentage in force, and the decision that put it there; None where the design says it."""

    percent: int
    decision: EntryRate | None = None


def designed_percent(mode: str, sampled: int) -> int:
    """Return the percentage that a design asks for; ``sampled`` is the one of its sampled forms."""
    return {Mode.SINGLE: 0, Mode.SAMPLED: sampled}.get(Mode(mode), FULL)


def rate_in_force(form: FormInstance) -> Rate:
    """Return the rate at which the form is entered twice: decided for its site, else designed."""
    if form.entry_mode == Mode.SINGLE:
        return Rate(0)
    decided = EntryRate.objects.filter(site=form.subject.site_id, form_oid=form.form_oid).first()
    if decided:
        return Rate(decided.percent, decided)
    return Rate(designed_percent(form.entry_mode, form.design_version.design.entry_percent(form.form_oid)))


def rates_decided(sites: Iterable[Site]) -> dict[tuple[int, str], EntryRate]:
    """Return the decision in force by site id and form OID, where there is one."""
    decided = EntryRate.objects.filter(site__in=sites).select_related("decided_by").order_by("pk")
    return {(each.site_id, each.form_oid): each for each in decided}
