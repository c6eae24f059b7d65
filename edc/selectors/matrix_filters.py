"""Which subjects the matrix shows and in which order: by number, by visit, or by what asks most."""

from collections.abc import Mapping

from django.db.models import Q, QuerySet

from edc import extensions
from edc.models import Site, Study, Subject, User
from edc.selectors.matrix_order import ByAsking
from edc.selectors.matrix_states import LEFT, State, states
from edc.selectors.visible import subjects_visible_to

SHOWN = ("overdue", "due", "queries", "disagreement")
# Who left has no visit to come.
OF_STAYING = ("overdue", "due", "images")
ORDERS = {
    "key": ("subject_key", "pk"),
    "-key": ("-subject_key", "-pk"),
    "-created": ("-created_at", "-pk"),
}
# A quick filter says how many it shows, up to this number: a count costs what it counts.
COUNTED_TO = 999


def filtered(
    actor: User, study: Study, site: Site | None, filters: Mapping[str, str]
) -> QuerySet[Subject] | ByAsking:
    """Return the subjects that the filters leave, in the order asked for; unknown words filter nothing."""
    subjects = subjects_visible_to(actor, study, site)
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


def _in_state(subjects: QuerySet[Subject], state: State) -> QuerySet[Subject]:
    members, all_told = state.members(subjects)
    return subjects.filter(Q(pk__in=members) if all_told else state.holds())


def shown_counts(actor: User, study: Study, site: Site | None) -> dict[str, int]:
    """Return how many subjects each quick filter shows, `COUNTED_TO` + 1 where there are more than that;
    images only where an app tells of them, and `all` of them in any case.
    """
    subjects = subjects_visible_to(actor, study, site).order_by()
    staying = subjects.exclude(status__in=LEFT)
    counts = {
        name: _count(staying if name in OF_STAYING else subjects, state)
        for name, state in states().items()
        if name in SHOWN
    }
    if _image_parts():
        counts["images"] = lacking_images(actor, staying)[: COUNTED_TO + 1].count()
    return counts | {"all": subjects.count()}


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
