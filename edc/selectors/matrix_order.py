"""Subjects by what asks most, a page at a time: each class is read by itself, from the most pressing on."""

from collections.abc import Iterator

from django.db.models import QuerySet

from edc.models import Subject
from edc.selectors.matrix_states import FEW, LEFT, states

# Up to here the database stops at the page asked for; what lies behind is found by naming everybody.
NEAR = 300


class ByAsking:
    """The subjects in the order of the first state that each is in, then by number; what a paginator needs of
    a list. Those in no state come after them, and those who left at the end, whatever holds for them.

    The first pages ask the database for the classes up to their own, each bounded by what the page still
    lacks, and cost nothing for the subjects behind them.
    """

    def __init__(self, subjects: QuerySet[Subject]) -> None:
        self._subjects = subjects.order_by("subject_key", "pk")

    def count(self) -> int:
        """Return how many subjects there are in all classes."""
        return self._subjects.count()

    def __getitem__(self, asked: slice) -> list[Subject]:
        start = asked.start or 0
        return self._near(start, asked.stop) if asked.stop <= NEAR else self._far(start, asked.stop)

    def _near(self, start: int, stop: int) -> list[Subject]:
        found: list[Subject] = []
        skip, wanted = start, stop - start
        for members in self._classes():
            found += members[skip : skip + wanted - len(found)]
            if len(found) >= wanted:
                break
            skip = 0 if found or not skip else max(0, skip - members.count())
        return found

    def _classes(self) -> Iterator[QuerySet[Subject]]:
        rest = self._subjects.exclude(status__in=LEFT)
        for state in states().values():
            members, all_told = (set(), False) if state.often else state.members(self._subjects)
            if not all_told:
                yield rest.filter(state.holds(in_turn=True))
                rest = rest.exclude(state.holds(in_turn=True))
            elif members:
                yield rest.filter(pk__in=members)
                rest = rest.exclude(pk__in=members)
        yield rest
        yield self._subjects.filter(status__in=LEFT)

    def _far(self, start: int, stop: int) -> list[Subject]:
        everybody = list(self._subjects.values_list("pk", "status"))
        rest = [pk for pk, status in everybody if status not in LEFT]
        ordered: list[int] = []
        for state in states().values():
            if len(ordered) >= stop:
                break
            few = self._subjects.filter(pk__in=rest) if len(rest) <= FEW else self._subjects
            members = set(state.told(few).distinct())
            ordered += [pk for pk in rest if pk in members]
            rest = [pk for pk in rest if pk not in members]
        ordered += rest + [pk for pk, status in everybody if status in LEFT]
        found = self._subjects.in_bulk(ordered[start:stop])
        return [found[pk] for pk in ordered[start:stop] if pk in found]
