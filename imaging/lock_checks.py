"""What of the images stands in the way of a lock: the same conditions count it and list it."""

from collections.abc import Callable

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from edc.extensions import LockCheck, register_lock_check, register_subject_count
from edc.models import FormInstance, Study, StudyEvent
from edc.selectors.subject_counts import count_own_changes
from imaging.models import Read, SubjectImages, UploadSession
from imaging.selectors import due_today, expected_forms


def _missing(forms: QuerySet[FormInstance]) -> Q:
    """Return which forms have no series though the protocol demands them and the visit has come."""
    studies = Study.objects.filter(pk__in=forms.order_by().values("subject__study"))
    reached = Q(event__status=StudyEvent.Status.HELD) | due_today()
    none = Q(imaging_study=None) | Q(imaging_study__series=None)
    done = ~Q(status=FormInstance.Status.NOT_DONE)
    return expected_forms(studies, required=True) & reached & none & done & ~_under_way(forms)


def _under_way(_forms: QuerySet[FormInstance]) -> Q:
    opened = UploadSession.objects.filter(form=OuterRef("pk"), status=UploadSession.Status.OPEN)
    return Q(Exists(opened))


def _unread(_forms: QuerySet[FormInstance]) -> Q:
    unsealed = Read.objects.exclude(status=Read.Status.SUBMITTED).filter(imaging_study__form=OuterRef("pk"))
    return Q(Exists(unsealed))


CONDITIONS: dict[str, Callable[[QuerySet[FormInstance]], Q]] = {
    "images_missing": _missing,
    "uploads_open": _under_way,
    "reads_open": _unread,
}
LABELS = {
    "images_missing": _("Images missing"),
    "uploads_open": _("Uploads not finished"),
    "reads_open": _("Reads not sealed"),
}


def in_the_way(forms: QuerySet[FormInstance], key: str) -> QuerySet[FormInstance]:
    """Return those of the forms that the line `key` of the checklist counts."""
    return forms.filter(CONDITIONS[key](forms))


def _counter(key: str) -> Callable[[QuerySet[FormInstance], str], dict[object, int]]:
    def count(forms: QuerySet[FormInstance], group: str) -> dict[object, int]:
        found = in_the_way(forms, key).order_by().values_list(group)
        return dict(found.annotate(Count("pk", distinct=True)))

    return count


def _kept_missing(study: Study) -> dict[object, int]:
    """Return the forms of each site whose images are missing, from what PostgreSQL keeps for each subject.

    `edc.selectors.lock_checks` asks only where counts are kept.
    """
    count_own_changes("imaging_subject_counted")
    today = Value(timezone.localdate(), output_field=DateField())
    more = Func(F("missing_from"), today, function="edc_begun", output_field=IntegerField())
    missing = F("missing") + Case(When(missing_from__isnull=False, then=more), default=0)
    some = SubjectImages.objects.filter(Q(missing__gt=0) | Q(missing_from__isnull=False))
    rows = some.filter(site__in=list(study.sites.values_list("pk", flat=True))).order_by()
    return {site: count for site, count in rows.values_list("site").annotate(all=Sum(missing)) if count}


KEPT: dict[str, Callable[[Study], dict[object, int]]] = {"images_missing": _kept_missing}


def register() -> None:
    """Add the lines to the checklist of every lock."""
    for key, label in LABELS.items():
        check = LockCheck(key, label, "imaging-forms", _counter(key), {"blocks": key}, of_sites=KEPT.get(key))
        register_lock_check(check)
    register_subject_count("imaging_count_subjects")
