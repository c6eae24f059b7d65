"""Which subjects the matrix shows and in which order: by number, by visit, or by what asks most."""

from collections.abc import Mapping

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from edc import extensions
from edc.models import FormInstance, Query, Site, Study, StudyEvent, Subject, User
from edc.selectors.visible import subjects_visible_to

Status = FormInstance.Status
LEFT = (Subject.Status.SCREEN_FAILED, Subject.Status.WITHDRAWN)
BEGUN = (Status.FIRST_DRAFT, Status.FIRST_SEALED, Status.SECOND_DRAFT)
SETTLED_CHIPS = frozenset({"done", "sdv", "signed", "locked", "na", "img"})
SHOWS = ("overdue", "due", "images", "queries", "disagreement")
ORDERS = {
    "key": ("subject_key", "pk"),
    "-key": ("-subject_key", "-pk"),
    "-created": ("-created_at", "-pk"),
    "next": ("asks", "subject_key", "pk"),
}


def filtered(
    actor: User, study: Study, site: Site | None, filters: Mapping[str, str]
) -> QuerySet[Subject] | list[Subject]:
    """Return the subjects that the filters leave, in the order asked for; unknown words filter nothing."""
    subjects = subjects_visible_to(actor, study, site)
    wanted = {"subject_key__icontains": filters.get("q"), "status": filters.get("status")}
    wanted |= {"cohort": filters.get("cohort"), "site__oid": filters.get("site")}
    subjects = subjects.filter(**{name: value for name, value in wanted.items() if value})
    show = filters.get("show", "")
    if show in _conditions():
        subjects = subjects.filter(_conditions()[show])
    order = ORDERS.get(filters.get("sort", ""), ORDERS["key"])
    if "asks" in order:
        subjects = subjects.annotate(asks=_asks())
    subjects = subjects.order_by(*order)
    return lacking_images(actor, subjects) if show == "images" else subjects


def shown_counts(actor: User, study: Study, site: Site | None) -> dict[str, int]:
    """Return how many subjects each quick filter shows; images only where an app tells of them."""
    subjects = subjects_visible_to(actor, study, site)
    counts = {name: subjects.filter(each).count() for name, each in _conditions().items()}
    if _image_parts():
        counts["images"] = len(lacking_images(actor, subjects))
    return counts | {"all": subjects.count()}


def lacking_images(actor: User, subjects: QuerySet[Subject]) -> list[Subject]:
    """Return the subjects who have no chip, or an open one, of the app that holds the images."""
    listed = list(subjects.exclude(status__in=LEFT))
    chips = [part.subject_chips(actor=actor, subjects=listed) for part in _image_parts()]
    return [
        subject
        for subject in listed
        if any(subject.pk not in found or found[subject.pk].status not in SETTLED_CHIPS for found in chips)
    ]


def _image_parts() -> list[extensions.Extension]:
    return [part for part in extensions.registered() if getattr(part, "key", "") == "images"]


def _conditions() -> dict[str, Exists | Q]:
    """Return the quick filters that the database answers."""
    today = timezone.localdate()
    of_visit = FormInstance.objects.filter(event=OuterRef("pk"))
    planned = StudyEvent.objects.filter(
        Exists(of_visit.filter(status=Status.TO_DO, mandatory=True)),
        ~Exists(of_visit.filter(status__in=(*BEGUN, Status.DISAGREEMENT))),
        subject=OuterRef("pk"),
        status=StudyEvent.Status.PLANNED,
    )
    staying = ~Q(status__in=LEFT)
    forms = FormInstance.objects.filter(subject=OuterRef("pk"))
    return {
        "overdue": Exists(planned.filter(entry_due__lt=today)) & staying,
        "due": Exists(planned.filter(window_start__lte=today, entry_due__gte=today)) & staying,
        "queries": Exists(Query.objects.filter(form__subject=OuterRef("pk"), state__in=Query.UNSETTLED)),
        "disagreement": Exists(forms.filter(status=Status.DISAGREEMENT)),
    }


def _asks() -> Case:
    """Return the rank of what a subject asks for, the most pressing first."""
    conditions = _conditions()
    forms = FormInstance.objects.filter(subject=OuterRef("pk"))
    ranked = [
        Q(status__in=LEFT),
        conditions["overdue"],
        conditions["queries"],
        conditions["disagreement"],
        conditions["due"],
        Exists(forms.filter(status__in=BEGUN)),
        Exists(forms.filter(status=Status.TO_DO, mandatory=True, event__status=StudyEvent.Status.HELD)),
        Exists(forms.filter(status__in=(Status.COMPLETE, Status.VERIFIED))),
    ]
    ranks = [When(each, then=Value(rank or len(ranked) + 1)) for rank, each in enumerate(ranked)]
    return Case(*ranks, default=Value(len(ranked)), output_field=IntegerField())
