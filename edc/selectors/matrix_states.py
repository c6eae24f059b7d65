"""What subjects of the matrix may ask for: each state known from the rows that are in it, or one by one.

Where few rows are in a state, they name its subjects; where many are, the subjects are asked in their order,
and a page of them is soon full. Either way the cost is that of the page, not that of the study.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull
from django.utils import timezone

from edc.models import FormInstance, Query, StudyEvent, Subject
from edc.selectors.visit_windows import awaited

Status = FormInstance.Status
LEFT = (Subject.Status.SCREEN_FAILED, Subject.Status.WITHDRAWN)
BEGUN = (Status.FIRST_DRAFT, Status.FIRST_SEALED, Status.SECOND_DRAFT)
# The most rows that are read to name the subjects of a state.
FEW = 2000


@dataclass(frozen=True)
class State:
    """The rows in a state, by which name they tell their subject, and whether they are `often` many."""

    rows: QuerySet[Any]
    subject: str = "subject"
    often: bool = False

    def holds(self, *, in_turn: bool = False) -> Q:
        """Return the condition that a subject has a row in the state; `in_turn` has the database ask it of
        each subject it comes to, where an EXISTS may read all rows in the state before the first subject.
        """
        found = self.rows.filter(**{self.subject: OuterRef("pk")})
        return Q(IsNull(Subquery(found.order_by().values("pk")[:1]), False)) if in_turn else Q(Exists(found))

    def members(self, subjects: QuerySet[Subject]) -> tuple[set[int], bool]:
        """Return the ids of those of the subjects in the state, and whether these are all: of many rows only
        some are read.
        """
        found = list(self.told(subjects)[: FEW + 1])
        return set(found), len(found) <= FEW

    def told(self, subjects: QuerySet[Subject]) -> QuerySet[Any, int]:
        """Return the id of the subject of each row in the state, of those subjects."""
        among = self.rows.filter(**{f"{self.subject}__in": subjects.order_by().values("pk")})
        return among.order_by().values_list(self.subject, flat=True)


def states() -> dict[str, State]:
    """Return what a subject may ask for, the most pressing first; who left asks for nothing."""
    today = timezone.localdate()
    forms = FormInstance.objects.all()
    planned = awaited()
    to_enter = forms.filter(status=Status.TO_DO, mandatory=True, event__status=StudyEvent.Status.HELD)
    return {
        "overdue": State(planned.filter(entry_due__lt=today)),
        "queries": State(Query.objects.filter(state__in=Query.UNSETTLED), "form__subject"),
        "disagreement": State(forms.filter(status=Status.DISAGREEMENT)),
        "due": State(planned.filter(window_start__lte=today, entry_due__gte=today)),
        "begun": State(forms.filter(status__in=BEGUN)),
        "to enter": State(to_enter, often=True),
        "to verify": State(forms.filter(status__in=(Status.COMPLETE, Status.VERIFIED)), often=True),
    }
