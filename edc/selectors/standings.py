"""Where subjects stand, from what PostgreSQL keeps for each: what each asks for, and in which order.

The states and their order are those of `matrix_states`, which SQLite asks of forms and queries, and against
which these are checked.
"""

from datetime import date

from django.db.models import BooleanField, Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable, Func
from django.utils import timezone

from edc.models import Subject, SubjectStanding
from edc.selectors.matrix_states import LEFT
from edc.selectors.subject_counts import count_own_changes

OF_ANY_DAY = {
    "queries": Q(queries=True),
    "disagreement": Q(disagreement=True),
    "begun": Q(begun=True),
    "to enter": Q(to_enter=True),
    "to verify": Q(to_verify=True),
}
# The most pressing first.
IN_ORDER = ("overdue", "queries", "disagreement", "due", "begun", "to enter", "to verify")


def standings(sites: list[int]) -> QuerySet[SubjectStanding]:
    """Return the standings of the subjects of these sites, with what the running transaction changed."""
    count_own_changes()
    return SubjectStanding.objects.filter(site__in=sites)


def conditions() -> dict[str, Q]:
    """Return the condition on standings for each state that a subject may be in today."""
    today = timezone.localdate()
    return {**OF_ANY_DAY, "overdue": Q(overdue_from__lte=today), "due": Q(_in_window(today))}


def _in_window(day: date) -> Combinable:
    path = f'strict $[*] ? (@[0] <= "{day}" && @[1] >= "{day}")'
    template = "jsonb_path_exists(%(expressions)s::jsonpath)"
    return Func(F("windows"), Value(path), template=template, output_field=BooleanField())


class ByStanding:
    """The subjects of standings in an order; what a paginator needs of a list."""

    def __init__(self, found: QuerySet[SubjectStanding], subjects: QuerySet[Subject]) -> None:
        self._found, self._subjects = found, subjects

    def count(self) -> int:
        """Return how many subjects there are."""
        return self._found.count()

    def __getitem__(self, asked: slice) -> list[Subject]:
        ids = list(self._found.values_list("subject", flat=True)[asked])
        subjects = self._subjects.in_bulk(ids)
        return [subjects[pk] for pk in ids if pk in subjects]


def asking_first(found: QuerySet[SubjectStanding]) -> QuerySet[SubjectStanding]:
    """Order by the first state that each subject is in, then by number; those who left come last."""
    states = conditions()
    cases = [When(states[name], then=Value(place)) for place, name in enumerate(IN_ORDER)]
    left = When(status__in=LEFT, then=Value(len(IN_ORDER) + 1))
    rank = Case(left, *cases, default=Value(len(IN_ORDER)), output_field=IntegerField())
    return found.order_by(rank, "subject_key", "subject")
