"""Which subjects the matrix shows and in which order: by number, by visit, or by what asks most."""

from collections.abc import Mapping

from django.db.models import Count, Q, QuerySet

from edc import access, extensions
from edc.models import Site, Study, Subject, User
from edc.selectors import standings, subject_counts
from edc.selectors.matrix_order import ByAsking
from edc.selectors.matrix_states import LEFT, State, states
from edc.selectors.standings import ByStanding
from edc.selectors.visible import numbers_of, sites_of, subjects_at

SHOWN = ("overdue", "due", "queries", "disagreement")
# Who left has no visit to come.
OF_STAYING = ("overdue", "due", "images")
ORDERS = {
    "key": ("subject_key", "pk"),
    "-key": ("-subject_key", "-pk"),
    "-created": ("-created_at", "-pk"),
}
STANDING_ORDERS = {
    "key": ("subject_key", "subject"),
    "-key": ("-subject_key", "-subject"),
    "-created": ("-subject__created_at", "-subject"),
}
# A quick filter says how many it shows, up to this number: a count costs what it counts.
COUNTED_TO = 999


def filtered(
    actor: User, study: Study, site: Site | None, filters: Mapping[str, str]
) -> QuerySet[Subject] | ByAsking | ByStanding:
    """Return the subjects that the filters leave, in the order asked for; unknown words filter nothing."""
    sites = _sites(actor, study, site)
    if subject_counts.are_kept():
        return _by_standing(actor, sites, filters)
    subjects = subjects_at(sites)
    wanted = {"subject_key__icontains": filters.get("q"), "status": filters.get("status")}
    wanted |= {"cohort": filters.get("cohort"), "site__oid": filters.get("site")}
    subjects = subjects.filter(**{name: value for name, value in wanted.items() if value})
    show = filters.get("show", "")
    if show in OF_STAYING:
        subjects = subjects.exclude(status__in=LEFT)
    if show == "images":
        subjects = lacking_images(actor, subjects)
    elif show in SHOWN:
        subjects = _in_state(subjects, states()[show])
    if filters.get("sort") == "next":
        return ByAsking(subjects)
    return subjects.order_by(*ORDERS.get(filters.get("sort", ""), ORDERS["key"]))


def _by_standing(actor: User, sites: list[int], filters: Mapping[str, str]) -> ByStanding:
    """Do the same by what is kept for each subject."""
    found, subjects = standings.standings(sites), subjects_at(sites)
    wanted = {"subject_key__icontains": filters.get("q"), "status": filters.get("status")}
    wanted |= {"subject__cohort": filters.get("cohort"), "site__oid": filters.get("site")}
    found = found.filter(**{name: value for name, value in wanted.items() if value})
    show = filters.get("show", "")
    if show in OF_STAYING:
        found = found.exclude(status__in=LEFT)
    if show == "images":
        found = found.filter(subject__in=lacking_images(actor, subjects).values("pk"))
    elif show in SHOWN:
        found = found.filter(standings.conditions()[show])
    if filters.get("sort") == "next":
        return ByStanding(standings.asking_first(found), subjects)
    order = STANDING_ORDERS.get(filters.get("sort", ""), STANDING_ORDERS["key"])
    return ByStanding(found.order_by(*order), subjects)


def _sites(actor: User, study: Study, site: Site | None) -> list[int]:
    return numbers_of(sites_of(access.sites_for(actor, "view_subjects"), study, site))


def _in_state(subjects: QuerySet[Subject], state: State) -> QuerySet[Subject]:
    members, all_told = state.members(subjects)
    return subjects.filter(Q(pk__in=members) if all_told else state.holds())


def shown_counts(actor: User, study: Study, site: Site | None) -> dict[str, int]:
    """Return how many subjects each quick filter shows, `COUNTED_TO` + 1 where there are more than that;
    images only where an app tells of them, and `all` of them in any case.
    """
    sites = _sites(actor, study, site)
    subjects = subjects_at(sites).order_by()
    staying = subjects.exclude(status__in=LEFT)
    if subject_counts.are_kept():
        counts = _standing_counts(sites)
    else:
        counts = {
            name: _count(staying if name in OF_STAYING else subjects, state)
            for name, state in states().items()
            if name in SHOWN
        }
        counts["all"] = subjects.count()
    if _image_parts():
        counts["images"] = lacking_images(actor, staying)[: COUNTED_TO + 1].count()
    return counts


def _standing_counts(sites: list[int]) -> dict[str, int]:
    states, staying = standings.conditions(), ~Q(status__in=LEFT)
    shown = {name: states[name] & staying if name in OF_STAYING else states[name] for name in SHOWN}
    asked = {f"n_{name}": Count("pk", filter=condition) for name, condition in shown.items()}
    found = standings.standings(sites).aggregate(**asked, n_all=Count("pk"))
    bounded = {name: min(found[f"n_{name}"], COUNTED_TO + 1) for name in SHOWN}
    return bounded | {"all": found["n_all"]}


def _count(subjects: QuerySet[Subject], state: State) -> int:
    members, all_told = state.members(subjects)
    if all_told or len(members) > COUNTED_TO:
        return min(len(members), COUNTED_TO + 1)
    return subjects.filter(state.holds())[: COUNTED_TO + 1].count()


def lacking_images(actor: User, subjects: QuerySet[Subject]) -> QuerySet[Subject]:
    """Return those of the subjects who lack what the app of the images holds."""
    for part in _image_parts():
        subjects = part.lacking(actor=actor, subjects=subjects)
    return subjects


def _image_parts() -> list[extensions.Extension]:
    return [part for part in extensions.registered() if getattr(part, "key", "") == "images"]
