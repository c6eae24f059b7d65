"""The plan of double entry: by form and site the rate in force, the errors of late, and what follows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet, Sum
from django.utils import timezone

from edc import access
from edc.design.study import StudyDesign
from edc.models import EntryCount, EntryRate, EntryTerms, Site, Study, User
from edc.selectors.entry_rates import FULL, STEPS, Mode, Rate, designed_percent, rates_decided
from edc.selectors.error_rates import ErrorRate

QUARTERS = 4


@dataclass(frozen=True)
class Terms:
    """The limits in percent, whether second passes are checked again, and who decided; None: the design."""

    limit: Decimal
    critical_limit: Decimal
    recheck: bool
    decided: EntryTerms | None = None


@dataclass(frozen=True)
class PlanLine:
    """One form at one site. ``critical`` is None where the form has no critical item.

    ``proposal`` is the percentage that follows from the numbers; the one in force where nothing follows.
    """

    site: Site
    form_oid: str
    rate: Rate
    all: ErrorRate
    critical: ErrorRate | None
    terms: Terms
    proposal: int

    @property
    def key(self) -> str:
        return f"{self.site.oid}/{self.form_oid}"

    @property
    def seen(self) -> str:
        """Return the numbers in short: who decides names them, so that nobody decides on others."""
        critical = self.critical or ErrorRate((), 0, 0)
        parts = (self.rate.percent, self.all.compared, self.all.wrong, critical.compared, critical.wrong)
        return "-".join(str(each) for each in (*parts, self.terms.limit, self.terms.critical_limit))

    @property
    def returns(self) -> bool:
        return self.proposal > self.rate.percent

    @property
    def lowers(self) -> bool:
        return self.proposal < self.rate.percent

    @property
    def is_within(self) -> bool:
        return _under(self.all, self.terms.limit) and (
            self.critical is None or _under(self.critical, self.terms.critical_limit)
        )

    def numbers(self) -> dict[str, object]:
        """Return what a decision keeps: counts, exact upper bounds in percent, and limits."""
        kept = {"all": _numbers(self.all, self.terms.limit), "since": since().isoformat()}
        if self.critical is not None:
            kept["critical"] = _numbers(self.critical, self.terms.critical_limit)
        return kept | {"proposed": self.proposal}


def upper_percent(rate: ErrorRate) -> float:
    """Return the upper 95 % bound in percent."""
    return rate.limits[1] * 100


def terms_of(study: Study) -> Terms:
    """Return the terms in force: the latest decision, else what the newest design says."""
    decided = EntryTerms.objects.filter(study=study).select_related("decided_by").first()
    if decided:
        return Terms(decided.limit, decided.critical_limit, decided.recheck, decided)
    version = study.design_versions.order_by("-number").first()
    entry = version.design.entry if version else None
    if entry is None:
        return Terms(Decimal("0.5"), Decimal("0.1"), False)
    return Terms(_exact(entry.limit), _exact(entry.critical_limit), entry.recheck)


def plan_lines(actor: User, study: Study, site: Site | None = None) -> list[PlanLine]:
    """Return the lines of the sites where the actor resolves differences: those with entries compared of
    late or a decision; what must return to 100 % first, then what may be lowered.
    """
    lines = lines_at(study, _resolved_sites(actor, study, site))
    return sorted(lines, key=lambda line: (not line.returns, not line.lowers, line.site.oid, line.form_oid))


def owed_returns(actor: User, study: Study, site: Site | None = None) -> list[PlanLine]:
    """Return the lines that must return to 100 %."""
    sites = _resolved_sites(actor, study, site)
    if not sites or not _has_lowered(study, sites):
        return []
    return [line for line in lines_at(study, sites) if line.returns]


def _resolved_sites(actor: User, study: Study, site: Site | None) -> list[Site]:
    sites = access.sites_for(actor, "resolve_disagreement").filter(study=study).select_related("study")
    return list(sites.filter(pk=site.pk) if site else sites)


def plan_line(site: Site, form_oid: str) -> PlanLine | None:
    """Return the line of one form at a site; None where the form is not entered twice."""
    known = _known(site.study, [site])
    return _line(site, form_oid, known) if known and form_oid in known.modes else None


def lines_at(study: Study, sites: list[Site]) -> list[PlanLine]:
    """Return the lines of these sites, unsorted; for services and for who was checked already."""
    known = _known(study, sites)
    if known is None:
        return []
    by_id = {each.pk: each for each in sites}
    keys = sorted(key for key in {*known.all, *known.decided} if key[1] in known.modes)
    return [_line(by_id[pk], form, known) for pk, form in keys]


@dataclass(frozen=True)
class _Known:
    """What the lines of a study rest on; sums and decisions by site id and form OID."""

    design: StudyDesign
    terms: Terms
    modes: Mapping[str, str]
    decided: Mapping[tuple[int, str], EntryRate]
    all: Mapping[tuple[int, str], ErrorRate]
    critical: Mapping[tuple[int, str], ErrorRate]


def _known(study: Study, sites: list[Site]) -> _Known | None:
    version = study.design_versions.order_by("-number").first()
    if version is None or not sites:
        return None
    design = version.design
    counts = EntryCount.objects.filter(site__in=sites, quarter__gte=since())
    critical = [item.oid for form in design.forms for item in form.items if item.critical]
    return _Known(
        design, terms_of(study), _modes(design), rates_decided(sites), _sums(counts),
        _sums(counts.filter(item_oid__in=critical)),
    )  # fmt: skip


def since() -> date:
    """Return the first day of the entries that the plan looks at: this quarter and the three before."""
    today = timezone.localdate()
    months = today.year * 12 + 3 * ((today.month - 1) // 3) - 3 * (QUARTERS - 1)
    return date(months // 12, months % 12 + 1, 1)


def _line(site: Site, form_oid: str, known: _Known) -> PlanLine:
    key, design, empty = (site.pk, form_oid), known.design, ErrorRate((), 0, 0)
    decision = known.decided.get(key)
    designed = designed_percent(known.modes[form_oid], design.entry_percent(form_oid))
    rate = Rate(decision.percent, decision) if decision else Rate(designed)
    has_critical = any(item.critical and item.is_typed_in for item in design.form(form_oid).items)
    critical = known.critical.get(key, empty) if has_critical else None
    line = PlanLine(site, form_oid, rate, known.all.get(key, empty), critical, known.terms, rate.percent)
    return replace(line, proposal=_proposal(line))


def _proposal(line: PlanLine) -> int:
    """Return what follows: back to 100 % where the errors are not shown to be few enough, else one step down.

    What the design itself samples goes back only where the observed rate exceeds a limit: its share was
    chosen before there were entries. After a decision the next step down waits for another quarter's entries.
    """
    percent, decision = line.rate.percent, line.rate.decision
    if percent < FULL and not line.is_within and (decision or _exceeds(line)):
        return FULL
    lower = next((step for step in STEPS if step < percent), percent)
    if not line.is_within or (decision and _is_of_this_quarter(decision.decided_at)):
        return percent
    return lower


def _exceeds(line: PlanLine) -> bool:
    pairs = ((line.all, line.terms.limit), (line.critical, line.terms.critical_limit))
    return any(rate is not None and (rate.share or 0) * 100 > limit for rate, limit in pairs)


def _is_of_this_quarter(moment: datetime) -> bool:
    day, today = timezone.localdate(moment), timezone.localdate()
    return (day.year, (day.month - 1) // 3) == (today.year, (today.month - 1) // 3)


def _under(rate: ErrorRate, limit: Decimal) -> bool:
    return rate.compared > 0 and upper_percent(rate) < limit


def _exact(limit: float) -> Decimal:
    return Decimal(str(limit))


def _numbers(rate: ErrorRate, limit: Decimal) -> dict[str, object]:
    upper = round(upper_percent(rate), 4)
    return {"compared": rate.compared, "wrong": rate.wrong, "upper": upper, "limit": str(limit)}


def _sums(counts: QuerySet[EntryCount]) -> dict[tuple[int, str], ErrorRate]:
    rows = (
        counts.order_by().values_list("site_id", "form_oid").annotate(all=Sum("compared"), bad=Sum("wrong"))
    )
    return {(site, form): ErrorRate((), compared, wrong) for site, form, compared, wrong in rows}


def _modes(design: StudyDesign) -> dict[str, str]:
    """Return the forms that are entered twice anywhere, with how."""
    found: dict[str, str] = {}
    for event in design.events:
        for planned in event.forms:
            mode = design.entry_mode(planned.form, event.oid)
            if mode != Mode.SINGLE:
                found.setdefault(planned.form, mode)
    return found


def _has_lowered(study: Study, sites: Iterable[Site]) -> bool:
    if any(each.percent < FULL for each in rates_decided(sites).values()):
        return True
    version = study.design_versions.order_by("-number").first()
    return bool(version and Mode.SAMPLED in _modes(version.design).values())
