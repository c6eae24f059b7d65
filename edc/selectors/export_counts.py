"""What the database itself counts of a study's final data: the measure against which files are held."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Count, Q, QuerySet

from edc.models import ConsentWithdrawal, FormInstance, ItemValue, Study, Subject


def subjects_to_freeze(study: Study) -> QuerySet[Subject]:
    """Return the subjects of a snapshot: all but those who withdrew the consent to the use of their data."""
    withdrawn = ConsentWithdrawal.objects.filter(taken_back_at=None, use_of_data=True)
    return study.subjects.exclude(pk__in=withdrawn.values("subject"))


def counts_of(study: Study) -> dict[str, Any]:
    """Return by site OID subjects and forms; by form OID records and items; by item OID [values, missing]."""
    sites: dict[str, Any] = {}
    subjects = subjects_to_freeze(study)
    for site, number in subjects.values_list("site__oid").annotate(Count("pk")).order_by():
        sites[site] = {"subjects": number, "forms": {}}
    final = FormInstance.objects.filter(subject__in=subjects, status__in=FormInstance.FINAL)
    for site, form, number in (
        final.values_list("subject__site__oid", "form_oid").annotate(Count("pk")).order_by()
    ):
        sites[site]["forms"][form] = {"records": number, "items": {}}
    values = ItemValue.objects.filter(form__in=final).values_list(
        "form__subject__site__oid", "form__form_oid", "item_oid"
    )
    numbers = values.annotate(
        held=Count("pk", filter=Q(missing="")), coded=Count("pk", filter=~Q(missing=""))
    ).order_by()
    for site, form, item, held, missing in numbers:
        sites[site]["forms"][form]["items"][item] = [held, missing]
    return {"sites": sites}


def records_in(counts: Mapping[str, Any], sites: Iterable[str]) -> dict[str, int]:
    """Return the completed records of each form at these sites."""
    found: dict[str, int] = {}
    for site in sites:
        for form, about in counts["sites"].get(site, {"forms": {}})["forms"].items():
            found[form] = found.get(form, 0) + about["records"]
    return found


def items_in(counts: Mapping[str, Any], sites: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return the values and the missing codes of each item at these sites."""
    found: dict[str, tuple[int, int]] = {}
    for site in sites:
        for about in counts["sites"].get(site, {"forms": {}})["forms"].values():
            for item, (values, missing) in about["items"].items():
                before = found.get(item, (0, 0))
                found[item] = (before[0] + values, before[1] + missing)
    return found


def subjects_in(counts: Mapping[str, Any], sites: Iterable[str]) -> int:
    return sum(counts["sites"].get(site, {"subjects": 0})["subjects"] for site in sites)
