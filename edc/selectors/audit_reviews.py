"""What of the audit trail is to be reviewed, by whom it was, and what is due."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from edc.models import AuditCriteria, AuditEvent, AuditReview, Study, User
from edc.selectors.audit_filters import AuditFilter, matching
from edc.selectors.audit_trail import audited_studies

# A page tells how many events wait up to here; more are "more than".
MOST_COUNTED = 1000


@dataclass(frozen=True)
class CriteriaState:
    """Criteria with their last review, the events since then, and the day on which the next review is due."""

    criteria: AuditCriteria
    last: AuditReview | None
    waiting: int
    due_on: date
    overdue: bool

    @property
    def after_event(self) -> int:
        return self.last.upto_event if self.last else 0


def criteria_visible_to(actor: User | None, study: Study) -> list[CriteriaState]:
    """Return the active criteria of the study with their state, for who reads its audit trail."""
    if not audited_studies(actor).filter(pk=study.pk).exists():
        return []
    found = AuditCriteria.objects.filter(study=study, active=True).prefetch_related("reviews")
    return [_state(actor, each) for each in found]


def _state(actor: User | None, criteria: AuditCriteria) -> CriteriaState:
    last = next(iter(criteria.reviews.all()), None)
    since = matching(actor, AuditFilter.of(criteria.filters)).filter(pk__gt=last.upto_event if last else 0)
    begun = timezone.localtime(last.reviewed_at if last else criteria.made_at).date()
    due_on = begun + timedelta(days=criteria.every_days)
    waiting = since[:MOST_COUNTED].count()
    return CriteriaState(criteria, last, waiting, due_on, due_on < timezone.localdate())


def newest_event() -> int:
    """Return the id of the last event of the trail: what a review that is opened now reaches up to."""
    return AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
