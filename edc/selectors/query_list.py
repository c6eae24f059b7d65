"""Queries as a list: filtered, counted by state, and by age and site."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Count, IntegerField, Min, Q, QuerySet, Value, When
from django.utils import timezone

from edc import access
from edc.models import Query, Site, Study, User
from edc.numbers import whole_number
from edc.selectors import subject_counts, subject_findings
from edc.selectors.visible import SEEING_QUERIES, queries_visible_to, sites_of

# Days that a query has waited, both ends included; the last bucket has no end.
BUCKETS = ((0, 3), (4, 7), (8, 14), (15, 30), (31, None))
OPEN_STATES = (*Query.UNSETTLED, Query.State.CANDIDATE)
ORDERS = {
    "oldest": ("raised_at", "pk"),
    "newest": ("-raised_at", "-pk"),
    "moved": ("-state_changed_at", "-pk"),
    "subject": ("form__subject__subject_key", "form__event__ordinal", "pk"),
}


def queries_matching(
    actor: User, study: Study, site: Site | None, asked: Mapping[str, str]
) -> QuerySet[Query]:
    """Return the study's queries that the filters leave, whatever their state; unknown words filter nothing.

    Filters: `q` part of a screening number or of the question, `origin`, `site`, `owner` (a role), `form`
    (a form's OID), `assigned` (me, nobody or a username), `from` and `to` (days waited), `sort`.
    """
    found = queries_visible_to(actor).filter(form__subject__study=study)
    if site:
        found = found.filter(form__subject__site=site)
    wanted = {
        "origin": asked.get("origin"),
        "owner_role": asked.get("owner"),
        "form__form_oid": asked.get("form"),
        "form__subject__site__oid": asked.get("site"),
    }
    found = found.filter(**{name: value for name, value in wanted.items() if value})
    found = found.filter(_assigned(actor, asked.get("assigned", "")))
    found = found.filter(_waited(asked.get("from", ""), asked.get("to", "")))
    text = asked.get("q", "").strip()
    if text:
        words = Q(form__subject__subject_key__icontains=text) | Q(text_zh__icontains=text)
        found = found.filter(words | Q(text_en__icontains=text))
    return found.order_by(*ORDERS.get(asked.get("sort", ""), ORDERS["oldest"]))


def _assigned(actor: User, wanted: str) -> Q:
    if wanted == "me":
        return Q(assigned_to=actor)
    if wanted == "nobody":
        return Q(assigned_to__isnull=True)
    return Q(assigned_to__username=wanted) if wanted else Q()


def _waited(least: str, most: str) -> Q:
    """Return the condition that a query was raised at least and at most so many days ago."""
    now, held = timezone.now(), Q()
    least_days, most_days = whole_number(least, digits=4), whole_number(most, digits=4)
    if least_days is not None:
        held &= Q(raised_at__lte=now - timedelta(days=least_days))
    if most_days is not None:
        held &= Q(raised_at__gt=now - timedelta(days=most_days + 1))
    return held


def in_state(found: QuerySet[Query], state: str) -> QuerySet[Query]:
    """Return those in the state, `unsettled` for all that wait for somebody; any other word: all."""
    if state == "unsettled":
        return found.filter(state__in=Query.UNSETTLED)
    return found.filter(state=state) if state in Query.State.values else found


def counts_by_state(found: QuerySet[Query]) -> dict[str, int]:
    """Return how many are in each state, `unsettled` and all (the empty word) included; one query."""
    rows = found.order_by().values_list("state").annotate(Count("pk"))
    return _with_sums(dict.fromkeys(Query.State.values, 0) | dict(rows))


def _with_sums(counts: dict[str, int]) -> dict[str, int]:
    unsettled = sum(counts[state] for state in Query.UNSETTLED)
    return {"unsettled": unsettled} | counts | {"": sum(counts.values())}


# What the address may ask for where the counts that the database keeps still answer.
COUNTED = frozenset({"state", "sort", "page", "site"})


def state_counts(actor: User, study: Study, site: Site | None, asked: Mapping[str, str]) -> dict[str, int]:
    """Return `counts_by_state` of the queries that the filters leave."""
    narrowed = any(value for name, value in asked.items() if name not in COUNTED)
    if narrowed or not subject_counts.are_kept():
        return counts_by_state(queries_matching(actor, study, site, asked))
    seeing, asking = (
        sites_of(access.sites_for(actor, *names), study, site) for names in (SEEING_QUERIES, ("raise_query",))
    )
    if asked.get("site"):
        seeing, asking = seeing.filter(oid=asked["site"]), asking.filter(oid=asked["site"])
    names = {state: f"queries_{state}" for state in Query.State.values}
    rows = subject_counts.sums_by_site(seeing, names.values(), with_left=True)
    asks_at = set(asking.values_list("pk", flat=True))
    counts = dict.fromkeys(Query.State.values, 0)
    for place, row in rows.items():
        for state, name in names.items():
            counts[state] += row[name] if state != Query.State.CANDIDATE or place in asks_at else 0
    return _with_sums(counts)


@dataclass(frozen=True)
class Age:
    """A count of queries of one site and age: `least` and `most` are the days, `most` None without end."""

    least: int
    most: int | None
    count: int


@dataclass(frozen=True)
class SiteAges:
    """A site's unsettled queries by age, their total, and the days the oldest has waited."""

    site: Site
    ages: list[Age]
    oldest: int

    @property
    def total(self) -> int:
        return sum(each.count for each in self.ages)


def query_ages(actor: User, study: Study, site: Site | None, state: str = "unsettled") -> list[SiteAges]:
    """Return the ages of the queries that the actor may see, a row for each site that has any."""
    now = timezone.now()
    since = [now - timedelta(days=most + 1) for _least, most in BUCKETS if most is not None]
    found = _ages(actor, study, site, state, since)
    counts = {(pk, place): count for pk, place, count, _first in found}
    oldest: dict[int, datetime] = {}
    for pk, _place, _count, first in found:
        oldest[pk] = min(first, oldest.get(pk, first))
    return [
        SiteAges(
            each,
            [
                Age(least, most, counts.get((each.pk, place), 0))
                for place, (least, most) in enumerate(BUCKETS)
            ],
            (now - oldest[each.pk]).days,
        )
        for each in Site.objects.filter(pk__in=oldest)
    ]


def _ages(
    actor: User, study: Study, site: Site | None, state: str, since: list[datetime]
) -> list[tuple[int, int, int, datetime]]:
    """Return site, bucket, count and first moment of the unsettled queries; buckets begin at `since`."""
    if subject_counts.are_kept():
        sites = sites_of(access.sites_for(actor, *SEEING_QUERIES), study, site)
        states = [state] if state in Query.UNSETTLED else list(Query.UNSETTLED)
        return subject_findings.ages_of_queries(sites.values_list("pk", flat=True), states, since)
    found = in_state(queries_matching(actor, study, site, {}), state)
    begun = (When(raised_at__gt=each, then=Value(place)) for place, each in enumerate(since))
    bucket = Case(*begun, default=Value(len(since)), output_field=IntegerField())
    rows = found.order_by().annotate(bucket=bucket).values_list("form__subject__site", "bucket")
    return list(rows.annotate(Count("pk"), Min("raised_at")))
