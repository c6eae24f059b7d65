"""Differences of two passes as a list: the queue of who resolves them, and the rows behind a rate."""

from collections.abc import Mapping
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from edc import access
from edc.models import Decision, Disagreement, FormInstance, Resolution, Site, Study, User
from edc.numbers import whole_number
from edc.selectors import subject_counts, subject_findings
from edc.selectors.visible import disagreements_visible_to, sites_of

STANDING = Decision.objects.filter(
    disagreement=OuterRef("pk"), withdraws__isnull=True, withdrawn_by__isnull=True
)
# Neither resolved nor decided: `Disagreement.held` is None.
OPEN = Q(resolution__isnull=True) & ~Q(Exists(STANDING))
SHOWS: dict[str, Q] = {
    "open": OPEN,
    "resolved": ~OPEN,
    "all": Q(),
}
# An entry did not hold where the other pass or a third value was chosen.
FIRST_WRONG = Q(resolution__choice__in=(Resolution.Choice.SECOND, Resolution.Choice.OTHER))
SECOND_WRONG = Q(resolution__choice__in=(Resolution.Choice.FIRST, Resolution.Choice.OTHER))


def differences_matching(
    actor: User, study: Study, site: Site | None, asked: Mapping[str, str]
) -> QuerySet[Disagreement]:
    """Return the study's differences that the filters leave, the longest waiting first; unknown words filter
    nothing.

    Filters: `site` and `form` (OIDs), `kind`, `days` (waiting at least), `item` (OID), `person` (whose entry
    did not hold, a username), `errors` (1: what counts in the rates of errors).
    """
    found = disagreements_visible_to(actor).filter(form__subject__study=study)
    wanted = {
        "form__subject__site": site,
        "form__subject__site__oid": asked.get("site"),
        "form__form_oid": asked.get("form"),
        "kind": asked.get("kind"),
    }
    found = found.filter(**{name: value for name, value in wanted.items() if value})
    days = whole_number(asked.get("days", ""))
    if days is not None:
        since = timezone.now() - timedelta(days=min(days, 36500))
        found = found.filter(found_at__lte=since)
    item, person = asked.get("item", ""), asked.get("person", "")
    if item:
        found = found.filter(Q(path=item) | Q(path__startswith=f"{item}["))
    if person:
        wrong = FIRST_WRONG & Q(first__observer__username=person)
        found = found.filter(wrong | SECOND_WRONG & Q(second__observer__username=person))
    if asked.get("errors"):
        found = found.filter(form__status__in=FormInstance.FINAL).exclude(kind=Disagreement.Kind.ROW)
    found = found.select_related("first__observer", "second__observer", "form__design_version")
    return found.defer("form__design_version__content").order_by("found_at", "pk")


# What the address may ask for where what the database keeps for each subject still answers.
COUNTED = frozenset({"show", "page", "site"})


def _are_kept(asked: Mapping[str, str]) -> bool:
    narrowed = any(value for name, value in asked.items() if name not in COUNTED)
    return subject_counts.are_kept() and not narrowed


def _sites(actor: User, study: Study, site: Site | None, asked: Mapping[str, str]) -> list[int]:
    sites = sites_of(access.sites_for(actor, "resolve_disagreement"), study, site)
    sites = sites.filter(oid=asked["site"]) if asked.get("site") else sites
    return list(sites.values_list("pk", flat=True))


def difference_counts(
    actor: User, study: Study, site: Site | None, asked: Mapping[str, str]
) -> dict[str, int]:
    """Return for each of SHOWS how many differences the filters leave."""
    if _are_kept(asked):
        counts = subject_findings.differences_of(_sites(actor, study, site, asked))
    else:
        found = differences_matching(actor, study, site, asked)
        counts = {"all": found.count(), "open": found.filter(OPEN).count()}
    return {"open": counts["open"], "resolved": counts["all"] - counts["open"], "all": counts["all"]}


def differences_waiting(actor: User, study: Study, site: Site | None, asked: Mapping[str, str]) -> int:
    """Return how many differences of forms in the state of disagreement the filters leave."""
    if _are_kept(asked):
        return subject_findings.differences_of(_sites(actor, study, site, asked))["waiting"]
    found = differences_matching(actor, study, site, asked)
    return found.filter(form__status=FormInstance.Status.DISAGREEMENT).count()


def open_of_page(
    found: QuerySet[Disagreement], actor: User, study: Study, site: Site | None, asked: Mapping[str, str],
    bounds: tuple[int, int],
) -> tuple[QuerySet[Disagreement], int]:  # fmt: skip
    """Return those of the open differences `found` that a page needs, and how many precede them.

    All of them where the database keeps no list that the filters leave whole.
    """
    if not _are_kept(asked):
        return found, 0
    first, end = bounds
    ids = subject_findings.open_differences(_sites(actor, study, site, asked), first, end)
    return found.filter(pk__in=ids), first
