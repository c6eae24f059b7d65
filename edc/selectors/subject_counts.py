"""Sums over the subjects of sites, from what PostgreSQL keeps for each subject.

SQLite keeps nothing: there the pages count forms, which is also what these numbers are checked against.
"""

from collections.abc import Iterable

from django.db import connection
from django.db.models import Case, DateField, F, IntegerField, QuerySet, Sum, Value, When
from django.db.models.expressions import Combinable, Func
from django.utils import timezone

from edc.models import Site, SubjectCounts

# These depend on the day: beside what is owed in any case stand the days from which more is.
OF_A_DAY = ("owed", "unfinished")


def are_kept() -> bool:
    """Tell whether this database keeps counts of subjects."""
    return connection.vendor == "postgresql"


def sums(
    sites: QuerySet[Site], names: Iterable[str], *, text: str = "", with_left: bool = False
) -> dict[str, int]:
    """Return the sum of each of these counts over the sites; the rest as in `sums_by_site`."""
    asked = list(names)
    of_sites = sums_by_site(sites, asked, text=text, with_left=with_left)
    return {name: sum(each[name] for each in of_sites.values()) for name in asked}


def sums_by_site(
    sites: QuerySet[Site], names: Iterable[str], *, text: str = "", with_left: bool = False
) -> dict[int, dict[str, int]]:
    """Return site id to the sum of each of these counts over its subjects, no row for a site without any.

    `text` is part of their numbers; who failed screening or withdrew counts only `with_left`. What the
    running transaction changed is counted too.
    """
    count_own_changes()
    asked = list(names)
    found = SubjectCounts.objects.filter(site__in=list(sites.values_list("pk", flat=True)))
    if not with_left:
        found = found.filter(left=False)
    if text:
        found = found.filter(subject__subject_key__icontains=text)
    added = {f"sum_{name}": Sum(_counted(name), default=0) for name in asked}
    rows = found.order_by().values_list("site_id").annotate(**added)
    return {site: dict(zip(asked, numbers, strict=True)) for site, *numbers in rows}


def subjects_of_page(
    sites: QuerySet[Site], name: str, first: int, end: int, *, text: str = ""
) -> tuple[list[int], int]:
    """Return the subjects who have rows `first` to `end` of a list by number, and how many rows precede them.

    The list shows what `name` counts, of nobody who left.
    """
    count_own_changes()
    found = SubjectCounts.objects.filter(site__in=list(sites.values_list("pk", flat=True)), left=False)
    found = found.filter(**{f"{name}__gt": 0})
    if text:
        found = found.filter(subject__subject_key__icontains=text)
    rows = found.order_by("subject__subject_key", "subject").values_list("subject", name)
    subjects: list[int] = []
    before = counted = 0
    for subject, count in rows[:end]:
        if counted >= end:
            break
        if counted + count > first:
            subjects.append(subject)
        else:
            before += count
        counted += count
    return subjects, before


def _counted(name: str) -> Combinable:
    held = F(name)
    if name not in OF_A_DAY:
        return held
    today = Value(timezone.localdate(), output_field=DateField())
    more = Func(F(f"{name}_from"), today, function="edc_begun", output_field=IntegerField())
    return held + Case(When(next_from__lte=today, then=more), default=0)


def count_own_changes(*others: str) -> None:
    """Have what the triggers keep for the commit counted at once, that of `others` too.

    The triggers of the counts go first: they take the marks away, so that a later change marks anew.
    """
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            for name in ("edc_subject_counted", *others):
                cursor.execute(f"SET CONSTRAINTS {name} IMMEDIATE; SET CONSTRAINTS {name} DEFERRED")
