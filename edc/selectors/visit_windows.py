"""Where visits stand to their windows: one set of conditions for lists, queries and deviations."""

from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from edc.models import FormInstance, StudyEvent, Subject

Status = StudyEvent.Status
Form = FormInstance.Status
LEFT = (Subject.Status.SCREEN_FAILED, Subject.Status.WITHDRAWN)
UNTOUCHED = (Form.TO_DO, Form.NOT_DONE)
UNDER_ENTRY = (Form.FIRST_DRAFT, Form.FIRST_SEALED, Form.SECOND_DRAFT, Form.DISAGREEMENT)
OUTSIDE = Q(status=Status.HELD) & (Q(held_on__lt=F("window_start")) | Q(held_on__gt=F("window_end")))
SHOWS = ("overdue", "open", "soon", "undated", "outside")


def days_outside(event: StudyEvent) -> int:
    """Return by how many days a held visit missed its window: negative before it, positive after, else 0."""
    if event.status != Status.HELD or event.held_on is None:
        return 0
    if event.window_start and event.held_on < event.window_start:
        return (event.held_on - event.window_start).days
    if event.window_end and event.held_on > event.window_end:
        return (event.held_on - event.window_end).days
    return 0


def awaited() -> QuerySet[StudyEvent]:
    """Return the planned visits that owe a form and of which nothing has been entered."""
    of_visit = FormInstance.objects.filter(event=OuterRef("pk"))
    return StudyEvent.objects.filter(
        Exists(of_visit.filter(status=Form.TO_DO, mandatory=True)),
        ~Exists(of_visit.filter(status__in=UNDER_ENTRY)),
        status=Status.PLANNED,
    )


def visits_by_window(
    subjects: QuerySet[Subject], show: str, *, within: int = 14, today: date | None = None
) -> QuerySet[StudyEvent]:
    """Return the visits of these subjects that a list shows, the most pressing first.

    overdue: awaited and past the day when entry is due; open: awaited, begun and in time; soon: the window
    begins within so many days; undated: something was entered and nobody said when the visit was;
    outside: held outside the window. KeyError for another name.
    """
    today = today or timezone.localdate()
    soon = Q(window_start__gt=today, window_start__lte=today + timedelta(days=within))
    conditions = {
        "overdue": Q(entry_due__lt=today),
        "open": Q(window_start__lte=today, entry_due__gte=today),
        "soon": soon,
        "undated": Q(status=Status.PLANNED, window_end__isnull=False),
        "outside": OUTSIDE,
    }
    found = awaited() if show in ("overdue", "open", "soon") else StudyEvent.objects.all()
    found = found.filter(conditions[show], subject__in=subjects)
    if show != "outside":
        found = found.exclude(subject__status__in=LEFT)
    if show == "undated":
        entered = FormInstance.objects.filter(event=OuterRef("pk")).exclude(status__in=UNTOUCHED)
        found = found.filter(Exists(entered))
    first = {"soon": "window_start", "outside": "-held_on"}.get(show, "entry_due")
    found = found.select_related("subject__site", "subject__design_version")
    return found.defer("subject__design_version__content").order_by(first, "subject__subject_key", "pk")
