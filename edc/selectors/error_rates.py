"""Rates of entry errors by item, person and site, with exact confidence limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet, Sum

from edc import access
from edc.models import EntryCount, Study, User
from edc.rules.proportions import clopper_pearson

# What a row of the table stands for, and the fields that name it.
BY: dict[str, tuple[str, ...]] = {
    "item": ("form_oid", "item_oid"),
    "person": ("person__username", "person__display_name"),
    "site": ("site__oid", "site__number"),
}


@dataclass(frozen=True)
class ErrorRate:
    """Entries compared with another person's of the same place, and those of them that did not hold."""

    names: tuple[str, ...]
    compared: int
    wrong: int

    @property
    def share(self) -> float | None:
        """The rate, None without an entry."""
        return self.wrong / self.compared if self.compared else None

    @property
    def limits(self) -> tuple[float, float]:
        """The exact 95 % limits; entries count as independent."""
        return clopper_pearson(self.wrong, self.compared)


def counts_visible_to(actor: User, study: Study) -> QuerySet[EntryCount]:
    """Return the counts of the sites where the actor resolves differences."""
    sites = access.sites_for(actor, "resolve_disagreement").filter(study=study)
    return EntryCount.objects.filter(site__in=sites)


def filtered(counts: QuerySet[EntryCount], asked: Mapping[str, str]) -> QuerySet[EntryCount]:
    """Return the counts that the filters leave: `site`, `form`, `item` (OIDs), `person` (username), `since`
    (first day of a quarter, ISO).
    """
    wanted = {
        "site__oid": asked.get("site"),
        "form_oid": asked.get("form"),
        "item_oid": asked.get("item"),
        "person__username": asked.get("person"),
    }
    found = counts.filter(**{name: value for name, value in wanted.items() if value})
    try:
        since = date.fromisoformat(asked.get("since", ""))
    except ValueError:
        return found
    return found.filter(quarter__gte=since)


def critical_only(counts: QuerySet[EntryCount], study: Study) -> QuerySet[EntryCount]:
    """Return the counts of the items that the newest design calls critical."""
    version = study.design_versions.order_by("-number").first()
    forms = version.design.forms if version else ()
    return counts.filter(item_oid__in=[item.oid for form in forms for item in form.items if item.critical])


def error_rates(counts: QuerySet[EntryCount], by: str) -> list[ErrorRate]:
    """Return a rate for each item, person or site, the highest rate first."""
    fields = BY[by]
    rows = counts.order_by().values_list(*fields).annotate(all=Sum("compared"), bad=Sum("wrong"))
    rates = [ErrorRate(tuple(map(str, row[:-2])), row[-2], row[-1]) for row in rows]
    return sorted(rates, key=lambda rate: (-(rate.share or 0), -rate.compared, rate.names))


def overall(counts: QuerySet[EntryCount]) -> ErrorRate:
    """Return the rate of everything that the counts hold."""
    sums = counts.aggregate(all=Sum("compared"), bad=Sum("wrong"))
    return ErrorRate((), sums["all"] or 0, sums["bad"] or 0)
