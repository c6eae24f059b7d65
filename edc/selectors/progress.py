"""How far a study or a site is, how quickly its queries are answered, and what one person did this week."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median

from django.db import connection
from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from edc import access
from edc.models import FormInstance, Observation, Query, QueryMessage, Site, Study, Subject, User
from edc.row_security import every_site
from edc.selectors import subject_counts
from edc.selectors.owed import LEFT, reached
from edc.selectors.visible import SEEING_QUERIES, numbers_of, sites_of, subjects_visible_to

Status = FormInstance.Status
LATEST = 500


@dataclass(frozen=True)
class Measure:
    """A count out of a whole; `whole` is None where none is known."""

    count: int
    whole: int | None

    @property
    def percent(self) -> int:
        return min(100, round(100 * self.count / self.whole)) if self.whole else 0


@dataclass(frozen=True)
class Progress:
    """Subjects against the target; forms complete, verified and signed against those expected by now."""

    subjects: Measure
    enrolled: Measure
    complete: Measure
    verified: Measure
    signed: Measure


def progress_of(actor: User, study: Study, site: Site | None) -> Progress:
    """Return the progress of the sites that the actor may see, or of the one given."""
    total, by_status = _expected(actor, study, site)
    screened, enrolled = _subjects(actor, study, site)

    def measure(*statuses: str) -> Measure:
        return Measure(sum(by_status[status] for status in statuses), total)

    return Progress(
        subjects=Measure(screened, None if site else _target(study)),
        enrolled=Measure(enrolled, screened),
        complete=measure(*FormInstance.FINAL),
        verified=measure(Status.VERIFIED, Status.SIGNED, Status.LOCKED),
        signed=measure(Status.SIGNED, Status.LOCKED),
    )


def _subjects(actor: User, study: Study, site: Site | None) -> tuple[int, int]:
    """Return how many subjects there are, and how many of them are enrolled."""
    enrolled = Count("pk", filter=Q(status=Subject.Status.ENROLLED))
    found = subjects_visible_to(actor, study, site).order_by().aggregate(all=Count("pk"), enrolled=enrolled)
    return found["all"], found["enrolled"]


def _expected(actor: User, study: Study, site: Site | None) -> tuple[int, Counter[str]]:
    """Return how many forms are complete or owed by today, and those of each final status."""
    if subject_counts.are_kept():
        sites = sites_of(access.sites_for(actor, "view_subjects"), study, site)
        found = subject_counts.sums(sites, ("owed", *FormInstance.FINAL))
        return sum(found.values()), Counter(found)
    subjects = subjects_visible_to(actor, study, site).exclude(status__in=LEFT)
    forms = FormInstance.objects.filter(subject__in=subjects).exclude(status=Status.NOT_DONE)
    expected = forms.filter(Q(mandatory=True) & reached() | Q(status__in=FormInstance.FINAL))
    by_status = Counter(expected.values_list("status", flat=True))
    return by_status.total(), by_status


def _target(study: Study) -> int | None:
    version = study.design_versions.first()
    return sum(arm.target_n or 0 for arm in version.design.arms) or None if version else None


@dataclass(frozen=True)
class QueryNumbers:
    """Queries that wait for the site, queries that wait for who asked, and days until an answer."""

    open: int
    answered: int
    days_here: float | None
    days_study: float | None


def query_numbers(actor: User, study: Study, site: Site | None) -> QueryNumbers:
    """Return the numbers for the queries that the actor may see; days are medians of the latest answers."""
    seen = numbers_of(sites_of(access.sites_for(actor, *SEEING_QUERIES), study, site))
    every = numbers_of(study.sites.all())
    with every_site("the median of the study, which names no site"):
        days_study = _days(every)
    counts = _waiting(actor, study, site)
    return QueryNumbers(
        open=counts[Query.State.OPEN],
        answered=counts[Query.State.ANSWERED],
        days_here=days_study if set(seen) == set(every) else _days(seen),
        days_study=days_study,
    )


def _waiting(actor: User, study: Study, site: Site | None) -> Counter[str]:
    """Return how many queries that the actor may see are in each state that waits for somebody."""
    states = (Query.State.OPEN, Query.State.ANSWERED)
    sites = sites_of(access.sites_for(actor, *SEEING_QUERIES), study, site)
    if subject_counts.are_kept():
        found = subject_counts.sums(sites, [f"queries_{state}" for state in states], with_left=True)
        return Counter({state: found[f"queries_{state}"] for state in states})
    waiting = Query.objects.filter(form__subject__site__in=sites, state__in=states)
    return Counter(waiting.order_by().values_list("state", flat=True))


def _days(sites: list[int]) -> float | None:
    """Return the median days from a query to its answer, of the latest answers at these sites."""
    answers = QueryMessage.objects.filter(state_after=Query.State.ANSWERED).order_by("-pk")
    answers = answers.filter(query__form__subject__site__in=sites)
    pairs = answers.values_list("query__raised_at", "written_at")[:LATEST]
    took = [(written - raised).total_seconds() / 86400 for raised, written in pairs]
    return round(median(took), 1) if took else None


@dataclass(frozen=True)
class Week:
    """What a person sealed on each of the last seven days, and the median minutes a form took."""

    days: list[tuple[date, int]]
    minutes: float | None

    @property
    def total(self) -> int:
        return sum(count for _day, count in self.days)


def week_of(actor: User) -> Week:
    """Return the actor's own last seven days, today last."""
    today = timezone.localdate()
    days = [today - timedelta(days=back) for back in range(6, -1, -1)]
    since = timezone.make_aware(datetime.combine(days[0], time.min))
    sealed = Observation.objects.filter(observer=actor, sealed_at__gte=since).order_by()
    with every_site("how many forms a person sealed, whose they are is not told"):
        counts = dict(sealed.values_list(TruncDate("sealed_at")).annotate(Count("pk")))
        minutes = _median_minutes(sealed)
    return Week([(day, counts.get(day, 0)) for day in days], minutes)


def _median_minutes(sealed: QuerySet[Observation]) -> float | None:
    """Return the median time that these took, of those sealed within two hours."""
    took = ExpressionWrapper(F("sealed_at") - F("started_at"), output_field=DurationField())
    timed = sealed.annotate(took=took).filter(took__lt=timedelta(hours=2))
    if connection.vendor == "postgresql":
        middle = timed.aggregate(middle=_Median("took"))["middle"]
    else:
        middle = median(found) if (found := list(timed.values_list("took", flat=True))) else None
    return round(middle.total_seconds() / 60, 1) if middle is not None else None


class _Median(Aggregate):
    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def works_with_forms(actor: User, study: Study) -> bool:
    """Tell whether the actor sees the subjects of any site of the study."""
    return access.sites_for(actor, "view_subjects").filter(study=study).exists()
