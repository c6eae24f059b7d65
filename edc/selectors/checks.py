"""What edit checks found, for data managers: firings by rule, their rows, and the silent ones."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from edc import access
from edc.models import CheckFiring, Query, Study, User
from edc.rules.subject_values import split_path
from edc.selectors import subject_counts, subject_findings

Outcome = CheckFiring.Outcome
# A person settled it although the check still does not hold.
_SETTLED = Q(query__state__in=(Query.State.CLOSED, Query.State.CANCELLED)) | Q(settled_by__isnull=False)
OPEN = Q(ended_at=None) & ~_SETTLED
CHANGED = Q(outcome=Outcome.CHANGED)
UNCHANGED = Q(outcome=Outcome.UNCHANGED) | Q(ended_at=None) & _SETTLED


@dataclass
class RuleFirings:
    """How often one rule fired at an item and what came of it."""

    rule_oid: str
    item: str
    severity: str
    fired: int = 0
    open: int = 0
    changed: int = 0
    unchanged: int = 0

    @property
    def share(self) -> float | None:
        """The share of the firings that ended which changed the data; None while none has."""
        ended = self.changed + self.unchanged
        return self.changed / ended if ended else None

    @property
    def percent(self) -> float | None:
        return None if self.share is None else 100 * self.share


def firings_visible_to(actor: User, study: Study) -> QuerySet[CheckFiring]:
    """Return the firings at the sites of the study whose data the actor manages."""
    sites = access.sites_for(actor, "lock_form").filter(study=study)
    firings = CheckFiring.objects.filter(form__subject__site__in=sites)
    firings = firings.select_related(
        "form__event", "form__subject", "form__design_version", "query", "settled_by"
    )
    return firings.defer("form__design_version__content")


def firing_counts(actor: User, study: Study) -> list[RuleFirings]:
    """Return the counts of each rule at the sites whose data the actor manages, the least useful first:
    those whose firings change nothing.
    """
    if subject_counts.are_kept():
        sites = access.sites_for(actor, "lock_form").filter(study=study)
        rows = subject_findings.firings_by_rule(sites.values_list("pk", flat=True))
    else:
        rows = _counted(firings_visible_to(actor, study))
    found: dict[tuple[str, str], RuleFirings] = {}
    for rule, path, severity, *numbers in rows:
        item = split_path(path)[0]
        held = found.setdefault((rule, item), RuleFirings(rule, item, severity))
        for name, number in zip(("fired", "open", "changed", "unchanged"), numbers, strict=True):
            setattr(held, name, getattr(held, name) + number)
    return sorted(
        found.values(), key=lambda each: (each.share is None, each.share, -each.fired, each.rule_oid)
    )


def firing_count(actor: User, study: Study, *, rule: str, item: str, state: str) -> int | None:
    """Return how many firings of the rule at items that begin so are in the state: open, changed, unchanged
    or any; None where the database keeps no such number.
    """
    if not subject_counts.are_kept() or "[" in item:
        return None
    name = state if state in ("open", "changed", "unchanged") else "fired"
    found = (each for each in firing_counts(actor, study) if each.rule_oid == rule)
    return sum(getattr(each, name) for each in found if each.item.startswith(item))


def _counted(firings: QuerySet[CheckFiring]) -> list[tuple[str, str, str, int, int, int, int]]:
    """Return rule, path and severity with the numbers fired, open, changed and unchanged."""
    rows = firings.order_by("rule_oid", "path", "severity").values_list("rule_oid", "path", "severity")
    counted = rows.annotate(
        fired=Count("pk"),
        open=Count("pk", filter=OPEN),
        changed=Count("pk", filter=CHANGED),
        unchanged=Count("pk", filter=UNCHANGED),
    )
    return list(counted)


def silent_firings(firings: QuerySet[CheckFiring]) -> QuerySet[CheckFiring]:
    """Return what silent checks find now and nobody has set aside."""
    return firings.filter(OPEN, severity="silent")
