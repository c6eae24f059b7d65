"""What edit checks found, for data managers: firings by rule, their rows, and the silent ones."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from edc import access
from edc.models import CheckFiring, Query, Study, User
from edc.rules.subject_values import split_path

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
    return firings.select_related(
        "form__event", "form__subject", "form__design_version", "query", "settled_by"
    )


def firing_counts(firings: QuerySet[CheckFiring]) -> list[RuleFirings]:
    """Return the counts of each rule, the least useful first: those whose firings change nothing."""
    counted = (
        firings.order_by()
        .values("rule_oid", "path", "severity")
        .annotate(
            fired=Count("pk"),
            open=Count("pk", filter=OPEN),
            changed=Count("pk", filter=CHANGED),
            unchanged=Count("pk", filter=UNCHANGED),
        )
    )
    found: dict[tuple[str, str], RuleFirings] = {}
    for row in counted:
        item = split_path(row["path"])[0]
        key = (row["rule_oid"], item)
        held = found.setdefault(key, RuleFirings(row["rule_oid"], item, row["severity"]))
        for name in ("fired", "open", "changed", "unchanged"):
            setattr(held, name, getattr(held, name) + row[name])
    return sorted(
        found.values(), key=lambda each: (each.share is None, each.share, -each.fired, each.rule_oid)
    )


def silent_firings(firings: QuerySet[CheckFiring]) -> QuerySet[CheckFiring]:
    """Return what silent checks find now and nobody has set aside."""
    return firings.filter(OPEN, severity="silent")
